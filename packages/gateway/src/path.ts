/** What a path was found to be. */
export interface PathMatch<T> {
  readonly value: T;
  /** The variables, still percent-encoded. */
  readonly variables: readonly PathVariable[];
}

export interface PathVariable {
  readonly name: string;
  readonly raw: string;
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  variable?: { readonly name: string; readonly node: Node<T> };
  rest?: Rest<T>;
  value?: T;
}

/** A variable that takes all segments that are left, but for a last one that is a name of its own. */
interface Rest<T> {
  readonly name: string;
  readonly endings: Map<string, T>;
  value?: T;
}

const newNode = <T>(): Node<T> => ({ literals: new Map() });

/**
 * Finds what a request path stands for, by its raw segments: a path is matched before it is decoded, so that an encoded
 * slash or an encoded route name stays part of the variable that it is in. A lookup costs a map access per segment,
 * however many routes there are. A literal goes before a variable. No variable is ever empty.
 */
export class PathTable<T> {
  readonly #root: Node<T> = newNode();
  readonly #spanning: ReadonlySet<string>;

  /** `spanning` names the variables that take slashes too. Only one literal may follow such a one. */
  constructor(spanning: Iterable<string>) {
    this.#spanning = new Set(spanning);
  }

  /** The value of a template like `/v1/things/{thing}`; made with `create` if there is none. */
  at(template: string, create: () => T): T {
    const segments = template.split('/').slice(1);
    let node = this.#root;
    for (const [index, segment] of segments.entries()) {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (name === undefined) {
        node = getOrAdd(node.literals, segment, newNode<T>);
      } else if (this.#spanning.has(name)) {
        return atRest(node, name, segments.slice(index + 1), template, create);
      } else {
        node.variable ??= { name, node: newNode() };
        if (node.variable.name !== name)
          throw new Error(`${template}: another route has {${node.variable.name}} there`);
        node = node.variable.node;
      }
    }
    node.value ??= create();
    return node.value;
  }

  find(path: string): PathMatch<T> | undefined {
    const segments = path.split('/');
    if (segments[0] !== '' || segments.at(-1) === '') return undefined;
    const variables: PathVariable[] = [];
    let node = this.#root;
    for (let index = 1; index < segments.length; index++) {
      const segment = segments[index] as string;
      const literal = node.literals.get(segment);
      if (literal) {
        node = literal;
      } else if (node.rest) {
        return inRest(node.rest, segments.slice(index), variables);
      } else if (node.variable && segment !== '') {
        variables.push({ name: node.variable.name, raw: segment });
        node = node.variable.node;
      } else {
        return undefined;
      }
    }
    return node.value === undefined ? undefined : { value: node.value, variables };
  }
}

function atRest<T>(node: Node<T>, name: string, after: readonly string[], template: string, create: () => T): T {
  node.rest ??= { name, endings: new Map() };
  const [ending] = after;
  if (node.rest.name !== name || after.length > 1 || ending?.startsWith('{')) {
    throw new Error(`${template}: cannot be told from another route`);
  }
  if (ending !== undefined) return getOrAdd(node.rest.endings, ending, create);
  node.rest.value ??= create();
  return node.rest.value;
}

function inRest<T>(rest: Rest<T>, segments: string[], variables: PathVariable[]): PathMatch<T> | undefined {
  const ending = segments.length > 1 ? rest.endings.get(segments.at(-1) as string) : undefined;
  const value = ending ?? rest.value;
  const raw = (ending === undefined ? segments : segments.slice(0, -1)).join('/');
  if (value === undefined || raw === '') return undefined;
  variables.push({ name: rest.name, raw });
  return { value, variables };
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
