import { ConfigError } from '@cfg/core';
import type { RemoteSnapshot, RemoteSnapshotOptions } from '../answers.js';
import type { Connection } from '../connection.js';
import { toEntries } from './entry.js';
import { needsToRead, optionalNumber } from './request.js';

/** A Snapshot; the limits are checked on arrival. */
export async function takeSnapshot(
  connection: Connection,
  namespace: string,
  options: RemoteSnapshotOptions,
): Promise<RemoteSnapshot> {
  const { ifNoneMatch = '', maxEntries = 0, maxBytes = 0 } = options;
  const request = { namespace, ifNoneMatch, atRevision: optionalNumber('atRevision', options.atRevision) ?? 0 };
  const needs = needsToRead(options);
  const answer = await connection.call((client, call) => client.snapshot(request, call), { ...options, needs });
  const { etag, notModified, revision = 0, logId, namespaceRevision } = answer;
  const entries = toEntries(answer.entries);
  const bytes = entries.reduce((sum, { size }) => sum + size, 0);
  const exceeds = (most: number, unit: string): ConfigError =>
    new ConfigError('resource_exhausted', `namespace ${JSON.stringify(namespace)} has more than ${most} ${unit}`);
  if (maxEntries > 0 && entries.length > maxEntries) throw exceeds(maxEntries, 'entries');
  if (maxBytes > 0 && bytes > maxBytes) throw exceeds(maxBytes, 'bytes');
  connection.position.saw(revision, logId);
  return { entries, etag, notModified, revision, logId, namespaceRevision };
}
