import { type MatchFunction, match } from 'path-to-regexp';

/** What a path stands for. */
export interface PathMatch<T> {
  readonly value: T;
  /** The variables, still percent-encoded. */
  readonly variables: readonly PathVariable[];
}

export interface PathVariable {
  readonly name: string;
  readonly raw: string;
}

interface Row<T> {
  readonly template: string;
  readonly matches: MatchFunction<Record<string, string | string[]>>;
  readonly value: T;
}

/**
 * Finds the value of a request path by its raw segments: a path is matched before it is decoded, so that an encoded
 * slash or an encoded route name stays part of its variable. The template with the most segments wins, so
 * `/keys/{key}/versions` goes before `/keys/{key}`. No variable is ever empty.
 */
export class PathTable<T> {
  readonly #rows: Row<T>[] = [];
  readonly #spanning: ReadonlySet<string>;

  /** `spanning` names the variables that take slashes too. */
  constructor(spanning: Iterable<string>) {
    this.#spanning = new Set(spanning);
  }

  /** The value of a template like `/v1/things/{thing}`; made with `create` if there is none. */
  at(template: string, create: () => T): T {
    const known = this.#rows.find((row) => row.template === template);
    if (known !== undefined) return known.value;
    const pattern = template.replace(/\{(\w+)\}/g, (_, name) => `${this.#spanning.has(name) ? '*' : ':'}${name}`);
    const matches = match<Record<string, string | string[]>>(pattern, {
      decode: false,
      sensitive: true,
      trailing: false,
    });
    const row = { template, matches, value: create() };
    this.#rows.push(row);
    this.#rows.sort((a, b) => b.template.split('/').length - a.template.split('/').length);
    return row.value;
  }

  find(path: string): PathMatch<T> | undefined {
    // A variable that takes slashes would take a last one too.
    if (path.endsWith('/')) return undefined;
    for (const { matches, value } of this.#rows) {
      const found = matches(path);
      if (found === false) continue;
      const variables = Object.entries(found.params).map(([name, raw]) => ({ name, raw: [raw].flat().join('/') }));
      return { value, variables };
    }
    return undefined;
  }
}
