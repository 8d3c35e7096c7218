import { afterPrefix } from '@cfg/core/store';

/** Sorts after every name: names are ASCII. */
const end = '\u007f';

/**
 * The names that begin with `prefix` and follow `after`, as two bounds: `name >= from AND name < to`. One bound each
 * way, so that an index starts where the page does.
 */
export function keyRange(prefix: string, after: string | undefined): readonly [from: string, to: string] {
  // No name holds the character U+0001, and every longer one that begins with `after` sorts behind it.
  const from = after !== undefined && after >= prefix ? `${after}\u0001` : prefix;
  return [from, afterPrefix(prefix) ?? end];
}
