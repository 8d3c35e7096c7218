import btree, { type default as Tree } from 'sorted-btree';

/** A map in the order of its string keys, by UTF-16 code unit (for names, which are ASCII, that is byte order). */
export type SortedMap<V> = Tree.default<string, V>;

// A CommonJS module: Node's default import is its exports, a bundler's is what it exports as default.
const BTree = 'default' in btree ? btree.default : (btree as unknown as typeof Tree.default);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const sortedMap = <V>(): SortedMap<V> => new BTree<string, V>(undefined, compare);

/** The first string after all that begin with `prefix`; `undefined` where there is none (the empty prefix). */
export function afterPrefix(prefix: string): string | undefined {
  if (prefix === '') return undefined;
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
