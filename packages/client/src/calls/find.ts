import type { CallOptions, Entry, Page, Query } from '@cfg/core';
import { checkQuery, decodeCursor, limitOf, pageOf } from '@cfg/core/store';
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
  const isAnnounced = connection.features.announced;
  // Known from the first answer on: where the server was another before, its cursor is refused.
  return isAnnounced ? listed(connection, namespace, query, options) : ordered(connection, namespace, query, options);
}

/** As the server pages, in key order. */
async function listed(connection: Connection, namespace: string, query: Query, options: CallOptions): Promise<Page> {
  const { prefix = '', cursor = '', includeDeleted = false } = query;
  const atRevision = optionalNumber('atRevision', query.atRevision) ?? 0;
  const maxBytes = optionalNumber('maxBytes', query.maxBytes) || Number.POSITIVE_INFINITY;
  const request = { namespace, prefix, cursor, includeDeleted, atRevision, limit: wireLimit(query) };
  const needs = needsToRead(query);
  const answer = await connection.call((client, call) => client.list(request, call), { ...options, needs });
  const { revision, logId, namespaceRevision, oldestRevision } = answer;
  const entries = toEntries(answer.entries);
  const fitting = maxBytes === Number.POSITIVE_INFINITY ? entries.length : countWithin(entries, maxBytes);
  if (fitting < entries.length) return listed(connection, namespace, { ...query, limit: fitting }, options);
  const nextCursor = cursorOf(connection, answer.nextCursor, entries.length, request.limit);
  connection.position.saw(revision, logId);
  if (revision === undefined) return { entries, nextCursor };
  return { entries, nextCursor, revision, logId, namespaceRevision, oldestRevision };
}

/**
 * A page of a server that announces nothing, such as the Go original, whose pages are in an order of their own: everything is
 * asked for, and the page is taken from that, so that it is in key order and tells whether anything follows.
 */
async function ordered(connection: Connection, namespace: string, query: Query, options: CallOptions): Promise<Page> {
  checkQuery(query);
  const { prefix = '', limit, maxBytes } = query;
  const scope = `find\n${namespace}\n${prefix}`;
  const after = decodeCursor(scope, query.cursor);
  const request = { namespace, prefix, cursor: '', limit: 0 };
  const needs = needsToRead(query);
  const answer = await connection.call((client, call) => client.list(request, call), { ...options, needs });
  const entries = toEntries(answer.entries)
    .filter(({ key }) => after === undefined || key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const most = { limit: limitOf(limit), maxBytes: limitOf(maxBytes) };
  const { items, nextCursor } = pageOf(entries, most, scope, keyOf, sizeOf);
  return { entries: items, nextCursor };
}

const keyOf = ({ key }: Entry): string => key;
const sizeOf = ({ size }: Entry): number => size;

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
