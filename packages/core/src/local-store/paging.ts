import { encodeCursor } from './page-cursor.js';
import { checkKey, checkPrefix } from '../contract/names.js';
import { wholeNumber } from '../util/whole-number.js';

/** Throws `invalid_argument` or `invalid_key` where a query cannot be meant. */
export function checkQuery(query: {
  readonly limit?: number | undefined;
  readonly version?: number | undefined;
  readonly prefix?: string | undefined;
  readonly keys?: readonly string[] | undefined;
}): void {
  if (query.limit !== undefined) wholeNumber('limit', query.limit);
  if (query.version !== undefined) wholeNumber('version', query.version);
  for (const key of query.keys ?? []) checkKey(key);
  // A namespace's prefix may hold a colon, which a key's cannot; neither can hold more.
  if (query.prefix !== undefined) checkPrefix(query.prefix.replaceAll(':', '.'));
}

/** A query's limit as a number: 0 and absent mean none. */
export const limitOf = (limit: number | undefined): number => limit || Number.POSITIVE_INFINITY;

/** A page of at most `limit` items out of `found`, which has one more if there is one. */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  scope: string,
  positionOf: (item: T) => string,
): { items: readonly T[]; nextCursor: string } {
  if (found.length <= limit) return { items: found, nextCursor: '' };
  const items = found.slice(0, limit);
  return { items, nextCursor: encodeCursor(scope, positionOf(items.at(-1) as T)) };
}
