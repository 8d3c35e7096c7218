import { isDeepStrictEqual } from 'node:util';
import { Secret } from '../codecs/secret.js';
import { isTree } from './shape.js';

/** The paths of an object's properties, nested ones with dots, down to five levels: `'pool' | 'tls' | 'tls.ca'`. */
export type Path<T, Depth extends readonly unknown[] = []> = Depth['length'] extends 5
  ? string
  : T extends readonly unknown[] | Secret | Date | ((...args: never) => unknown)
    ? never
    : T extends object
      ? {
          [K in keyof T & string]: K | `${K}.${Path<T[K], [...Depth, unknown]>}`;
        }[keyof T & string]
      : never;

/** The paths that differ: each property that is another, and those that it is in. */
export function changedPaths(before: unknown, after: unknown): Set<string> {
  const changed = new Set<string>();
  compare(before, after, '', changed);
  return changed;
}

/** Whether both are the same, secrets by what they hide. */
export function isSame(one: unknown, other: unknown): boolean {
  return !compare(one, other, '', new Set());
}

/** Returns whether anything differs. */
function compare(before: unknown, after: unknown, path: string, changed: Set<string>): boolean {
  if (Object.is(before, after)) return false;
  if (!isTree(before) || !isTree(after)) return !isSameLeaf(before, after);
  let differs = false;
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const below = path === '' ? name : `${path}.${name}`;
    if (!compare(before[name], after[name], below, changed)) continue;
    differs = true;
    changed.add(below);
    for (const tree of [before[name], after[name]])
      if (isTree(tree)) addAll(tree, below, changed, before[name], after[name]);
  }
  return differs;
}

/** Where a whole object came or went, all that was in it did. */
function addAll(
  tree: Record<string, unknown>,
  path: string,
  changed: Set<string>,
  before: unknown,
  after: unknown,
): void {
  if (isTree(before) && isTree(after)) return;
  for (const [name, value] of Object.entries(tree)) {
    changed.add(`${path}.${name}`);
    if (isTree(value)) addAll(value, `${path}.${name}`, changed, undefined, value);
  }
}

function isSameLeaf(one: unknown, other: unknown): boolean {
  if (one instanceof Secret && other instanceof Secret) {
    return Buffer.compare(one.revealBytes(), other.revealBytes()) === 0;
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, i) => isSame(each, other[i]));
  }
  return isDeepStrictEqual(one, other);
}
