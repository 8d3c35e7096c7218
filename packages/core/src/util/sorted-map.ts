import btree, { type default as Tree } from 'sorted-btree';

/**
 * A map in the order of its string keys, by UTF-16 code unit (for names, which are ASCII, that is byte order).
 *
 * Written out rather than taken from the library: its types can only be read where CommonJS is told from ES modules,
 * and `moduleResolution: bundler` does not.
 */
export interface SortedMap<V> {
  readonly size: number;
  readonly isEmpty: boolean;
  get(key: string): V | undefined;
  set(key: string, value: V): unknown;
  delete(key: string): boolean;
  minKey(): string | undefined;
  /** From `lowestKey` on, or from the beginning. */
  entries(lowestKey?: string): IterableIterator<[string, V]>;
  values(): IterableIterator<V>;
  valuesArray(): V[];
  toArray(): [string, V][];
}

// A CommonJS module: Node's default import is its exports, a bundler's is what it exports as default.
const BTree = 'default' in btree ? btree.default : (btree as unknown as typeof Tree.default);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const sortedMap = <V>(): SortedMap<V> => new BTree<string, V>(undefined, compare);

/** The first string after all that begin with `prefix`; `undefined` where there is none (the empty prefix). */
export function afterPrefix(prefix: string): string | undefined {
  if (prefix === '') return undefined;
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
