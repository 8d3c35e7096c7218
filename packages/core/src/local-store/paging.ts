import { checkKey } from '../contract/names.js';
import { wholeNumber } from '../util/whole-number.js';
import { encodeCursor } from './page-cursor.js';

/** Throws `invalid_argument` or `invalid_key` where a query cannot be meant. */
export function checkQuery(query: {
  readonly limit?: number | undefined;
  readonly maxBytes?: number | undefined;
  readonly version?: number | undefined;
  readonly atRevision?: number | undefined;
  readonly keys?: readonly string[] | undefined;
}): void {
  for (const name of ['limit', 'maxBytes', 'version', 'atRevision'] as const) {
    const value = query[name];
    if (value !== undefined) wholeNumber(name, value);
  }
  for (const key of query.keys ?? []) checkKey(key);
}

/** A limit as a number: 0 and absent mean none. */
export const limitOf = (limit: number | undefined): number => limit || Number.POSITIVE_INFINITY;

export interface PageLimits {
  /** Maximum number of items. */
  readonly limit: number;
  /** Maximum size of all items; the first is on the page whatever its size. */
  readonly maxBytes: number;
}

/** A page of the items `found`, which were read on for one more than fits. */
export function pageOf<T>(
  found: readonly T[],
  { limit, maxBytes }: PageLimits,
  scope: string,
  positionOf: (item: T) => string,
  sizeOf: (item: T) => number = () => 0,
): { items: readonly T[]; nextCursor: string } {
  let bytes = 0;
  let count = 0;
  for (const item of found) {
    bytes += sizeOf(item);
    if (count >= limit || (count > 0 && bytes > maxBytes)) break;
    count += 1;
  }
  if (count === found.length) return { items: found, nextCursor: '' };
  const items = found.slice(0, count);
  return { items, nextCursor: encodeCursor(scope, positionOf(items.at(-1) as T)) };
}
