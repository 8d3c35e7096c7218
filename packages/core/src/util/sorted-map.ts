import btree, { type default as Tree } from 'sorted-btree';

/**
 * A map in the order of its keys: of numbers, or of strings by UTF-16 code unit (for names, which are ASCII, that is byte
 * order).
 *
 * Written out rather than taken from the library: its types can only be read where CommonJS is told from ES modules,
 * and `moduleResolution: bundler` does not.
 */
export interface SortedMap<V, K extends string | number = string> {
  readonly size: number;
  readonly isEmpty: boolean;
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
  delete(key: K): boolean;
  minKey(): K | undefined;
  /** From `lowestKey` on, or from the beginning. */
  entries(lowestKey?: K): IterableIterator<[K, V]>;
  /** From `highestKey` or what is next below it, or from the end, backwards. */
  entriesReversed(highestKey?: K): IterableIterator<[K, V]>;
  values(): IterableIterator<V>;
  valuesArray(): V[];
  toArray(): [K, V][];
}

// A CommonJS module: Node's default import is its exports, a bundler's is what it exports as default.
const BTree = 'default' in btree ? btree.default : (btree as unknown as typeof Tree.default);

const compare = <K extends string | number>(a: K, b: K): number => (a < b ? -1 : a > b ? 1 : 0);

export const sortedMap = <V, K extends string | number = string>(): SortedMap<V, K> =>
  new BTree<K, V>(undefined, compare);

/** The first string after all that begin with `prefix`; `undefined` where there is none (the empty prefix). */
export function afterPrefix(prefix: string): string | undefined {
  if (prefix === '') return undefined;
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
