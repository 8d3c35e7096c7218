import type { CallOptions, VersionPage, VersionQuery } from '@cfg/core';
import type { Connection } from '../connection.js';
import { toEntries } from './entry.js';
import { cursorOf } from './find.js';
import { needsToRead, optionalNumber, wireLimit } from './request.js';

/** Reads one page of a key's versions. */
export async function versionsPage(
  connection: Connection,
  namespace: string,
  key: string,
  query: VersionQuery,
  options: CallOptions,
): Promise<VersionPage> {
  const { cursor = '', includeDeleted = false } = query;
  const version = optionalNumber('version', query.version) ?? 0;
  const request = { namespace, key, version, cursor, includeDeleted, limit: wireLimit(query) };
  const answer = await connection.call((client, call) => client.getVersions(request, call), {
    ...options,
    needs: needsToRead(query),
  });
  const entries = toEntries(answer.entries);
  return { entries, nextCursor: cursorOf(connection, answer.nextCursor, entries.length, request.limit) };
}
