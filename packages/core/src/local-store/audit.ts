import type { AuditPage, AuditQuery } from '../contract/batch.js';
import type { Change } from '../contract/change.js';
import { type Steps, wait } from '../util/steps.js';
import type { EngineReader, TrailRange } from './engine.js';
import { decodeCursor, encodeCursor } from './page-cursor.js';
import { limitOf, pageOf } from './paging.js';

/** Reads who wrote what, newest first. */
export function* readAudit(reader: EngineReader, query: AuditQuery): Steps<AuditPage> {
  const {
    operation,
    namespace,
    key,
    author,
    fromMs = Number.NEGATIVE_INFINITY,
    toMs = Number.POSITIVE_INFINITY,
  } = query;
  const limits = { limit: limitOf(query.limit), maxBytes: limitOf(query.maxBytes) };
  const scope = `audit\n${JSON.stringify([operation, namespace, key, author, query.fromMs, query.toMs])}`;
  const before = Number(decodeCursor(scope, query.cursor) ?? Number.POSITIVE_INFINITY);
  const { changes, next } = yield* wait(
    reader.trail({
      before,
      type: operation,
      namespace: namespace || undefined,
      key: key || undefined,
      author: author || undefined,
      fromMs,
      toMs,
      limit: limits.limit + 1,
      maxBytes: limits.maxBytes,
    }),
  );
  const position = ({ revision }: Change): string => String(revision);
  const { items, nextCursor } = pageOf(changes, limits, scope, position, ({ entry }) => entry.size);
  const goesOn = next > 0 ? encodeCursor(scope, String(next)) : '';
  return { records: items.map(({ type, entry }) => ({ operation: type, entry })), nextCursor: nextCursor || goesOn };
}

/** Whether the change is of that part of the trail. */
export function isInTrailRange({ type, entry, revision }: Change, range: TrailRange): boolean {
  return (
    revision < range.before &&
    (range.type === undefined || type === range.type) &&
    (range.namespace === undefined || entry.namespace === range.namespace) &&
    (range.key === undefined || entry.key === range.key) &&
    (range.author === undefined || entry.author === range.author) &&
    entry.updatedAtMs >= range.fromMs &&
    entry.updatedAtMs < range.toMs
  );
}
