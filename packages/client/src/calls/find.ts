import type { CallOptions, Entry, Page, Query } from '@cfg/core';
import type { Connection } from '../connection.js';
import { toEntries } from './entry.js';
import { needsToRead, optionalNumber, wireLimit } from './request.js';

/** A page of List. */
export async function findPage(
  connection: Connection,
  namespace: string,
  query: Query,
  options: CallOptions,
): Promise<Page> {
  const { prefix = '', cursor = '', includeDeleted = false } = query;
  const atRevision = optionalNumber('atRevision', query.atRevision) ?? 0;
  const maxBytes = optionalNumber('maxBytes', query.maxBytes) || Number.POSITIVE_INFINITY;
  const request = { namespace, prefix, cursor, includeDeleted, atRevision, limit: wireLimit(query) };
  const needs = needsToRead(query);
  const answer = await connection.call((client, call) => client.list(request, call), { ...options, needs });
  const { revision, logId, namespaceRevision, oldestRevision } = answer;
  const entries = toEntries(answer.entries);
  // The original answers in any order.
  if (!connection.features.announced) entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  const fitting = maxBytes === Number.POSITIVE_INFINITY ? entries.length : countWithin(entries, maxBytes);
  if (fitting < entries.length) return findPage(connection, namespace, { ...query, limit: fitting }, options);
  const nextCursor = cursorOf(connection, answer.nextCursor, entries.length, request.limit);
  connection.position.saw(revision, logId);
  if (revision === undefined) return { entries, nextCursor };
  return { entries, nextCursor, revision, logId, namespaceRevision, oldestRevision };
}

/** The cursor of the page to come. The original tells one after the last page too. */
export function cursorOf({ features }: Connection, cursor: string, count: number, limit: number): string {
  return features.announced || (limit > 0 && count >= limit) ? cursor : '';
}

/** How many of the entries, but at least one, have no more than `maxBytes` together. */
function countWithin(entries: readonly Entry[], maxBytes: number): number {
  let bytes = 0;
  let count = 0;
  for (const { size } of entries) {
    bytes += size;
    if (bytes > maxBytes && count > 0) break;
    count += 1;
  }
  return count;
}
