import btree, { type default as Tree } from 'sorted-btree';

/** A map in the order of its string keys, by UTF-16 code unit (for names, which are ASCII, that is byte order). */
export type SortedMap<V> = Tree.default<string, V>;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const sortedMap = <V>(): SortedMap<V> => new btree.default<string, V>(undefined, compare);

/** The first string after all that begin with `prefix`; `undefined` where there is none (the empty prefix). */
export function afterPrefix(prefix: string): string | undefined {
  if (prefix === '') return undefined;
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
