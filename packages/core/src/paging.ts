import { encodeCursor } from './cursor.js';
import { ConfigError } from './errors.js';
import { checkKey, checkPrefix } from './names.js';

/** Throws `invalid_argument` or `invalid_key` where a query cannot be meant. */
export function checkQuery(query: {
  readonly limit?: number | undefined;
  readonly version?: number | undefined;
  readonly prefix?: string | undefined;
  readonly keys?: readonly string[] | undefined;
}): void {
  whole('limit', query.limit);
  whole('version', query.version);
  for (const key of query.keys ?? []) checkKey(key);
  // A namespace's prefix may hold a colon, which a key's cannot; neither can hold more.
  if (query.prefix !== undefined) checkPrefix(query.prefix.replaceAll(':', '.'));
}

function whole(name: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
    throw new ConfigError('invalid_argument', `${name} must be a whole number, 0 or more, not ${value}`);
  }
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
