/** The resource that a path stands for. */
export interface PathMatch<T> {
  readonly value: T;
  /** The variables, still percent-encoded. */
  readonly variables: readonly PathVariable[];
}

export interface PathVariable {
  readonly name: string;
  readonly raw: string;
}

/** The segments that may follow in a path after those that have led here. */
class Node<T> {
  /** By the segment as it is written. */
  readonly literals: Map<string, Node<T>> = new Map();
  /** Any one segment. */
  variable: { readonly name: string; readonly node: Node<T> } | undefined;
  /** One segment or more, and then `suffix`; the longest suffix first. */
  readonly spans: { readonly name: string; readonly suffix: string; readonly value: T }[] = [];
  /** Of a path that ends here. */
  end: { readonly value: T } | undefined;
}

/**
 * Finds the value of a request path by its raw segments: a path is matched before it is decoded, so that an encoded
 * slash or an encoded route name stays part of its variable. The template with the most segments wins, so
 * `/keys/{key}/versions` goes before `/keys/{key}`. No variable is ever empty. What it costs to find a path depends on
 * the path, not on how many there are.
 */
export class PathTable<T> {
  readonly #values = new Map<string, T>();
  readonly #root = new Node<T>();
  readonly #spanning: ReadonlySet<string>;

  /** `spanning` names the variables that take slashes too. */
  constructor(spanning: Iterable<string>) {
    this.#spanning = new Set(spanning);
  }

  /** The value of a template like `/v1/things/{thing}`; made with `create` if there is none. */
  at(template: string, create: () => T): T {
    let value = this.#values.get(template);
    if (value === undefined) {
      value = create();
      this.#values.set(template, value);
      this.#add(template, value);
    }
    return value;
  }

  find(path: string): PathMatch<T> | undefined {
    // A variable that takes slashes would take a last one too.
    if (path.charCodeAt(0) !== slash || path.charCodeAt(path.length - 1) === slash) return undefined;
    return find(this.#root, path, 1, []);
  }

  #add(template: string, value: T): void {
    const segments = template.slice(1).split('/');
    let node = this.#root;
    for (const [at, segment] of segments.entries()) {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (name !== undefined && this.#spanning.has(name)) {
        const rest = segments.slice(at + 1).map((each) => `/${each}`);
        if (rest.some((each) => each.includes('{'))) throw new Error(`${template}: no variable may follow {${name}}`);
        node.spans.push({ name, suffix: rest.join(''), value });
        node.spans.sort((a, b) => b.suffix.length - a.suffix.length);
        return;
      }
      node = name === undefined ? literal(node, segment) : variable(node, name, template);
    }
    node.end = { value };
  }
}

const slash = '/'.charCodeAt(0);

function literal<T>(node: Node<T>, segment: string): Node<T> {
  const next = node.literals.get(segment) ?? new Node<T>();
  node.literals.set(segment, next);
  return next;
}

function variable<T>(node: Node<T>, name: string, template: string): Node<T> {
  node.variable ??= { name, node: new Node<T>() };
  if (node.variable.name !== name)
    throw new Error(`${template}: this place is called {${node.variable.name}} elsewhere`);
  return node.variable.node;
}

/** Matches what follows `from`, the place after a slash. `found` are the variables before it. */
function find<T>(node: Node<T>, path: string, from: number, found: PathVariable[]): PathMatch<T> | undefined {
  const slashAt = path.indexOf('/', from);
  const segment = slashAt < 0 ? path.slice(from) : path.slice(from, slashAt);
  const next = node.literals.get(segment);
  const match = next && findBehind(next, path, slashAt, found);
  if (match !== undefined) return match;
  if (node.variable !== undefined && segment !== '') {
    found.push({ name: node.variable.name, raw: segment });
    const match = findBehind(node.variable.node, path, slashAt, found);
    if (match !== undefined) return match;
    found.pop();
  }
  for (const { name, suffix, value } of node.spans) {
    const length = path.length - from - suffix.length;
    if (length <= 0 || !path.endsWith(suffix)) continue;
    found.push({ name, raw: path.slice(from, from + length) });
    return { value, variables: found };
  }
  return undefined;
}

/** Matches what follows the slash at `slashAt`; below 0: nothing follows. */
function findBehind<T>(node: Node<T>, path: string, slashAt: number, found: PathVariable[]): PathMatch<T> | undefined {
  if (slashAt >= 0) return find(node, path, slashAt + 1, found);
  return node.end && { value: node.end.value, variables: found };
}
