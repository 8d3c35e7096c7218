import { type AuditOperation, type AuditPage, type AuditQuery, type CallOptions, Entry } from '@cfg/core';
import type { AuditRecord, ListAuditRequest, Timestamp } from '@cfg/proto';
import type { Connection } from '../connection.js';
import { toMs } from './entry.js';
import { wireLimit } from './request.js';

const operations: ReadonlySet<string> = new Set<AuditOperation>(['set', 'delete', 'alias_set', 'alias_delete']);

/** A page of ListAudit: of its records those of changes. A server may tell of refusals and the like as well. */
export async function auditPage(connection: Connection, query: AuditQuery, options: CallOptions): Promise<AuditPage> {
  const { namespace = '', key = '', author = '', operation = '', fromMs, toMs: untilMs, cursor = '' } = query;
  const request: ListAuditRequest = {
    namespace,
    key,
    userId: author,
    operation,
    from: timestampOf(fromMs),
    to: timestampOf(untilMs),
    limit: wireLimit(query),
    cursor,
  };
  const kind = { ...options, needs: ['audit' as const] };
  const { records, nextCursor } = await connection.operate((client, call) => client.listAudit(request, call), kind);
  return { records: records.filter((record) => operations.has(record.operation)).map(toRecord), nextCursor };
}

function toRecord(record: AuditRecord): AuditPage['records'][number] {
  const { namespace, key, codec, userId, metadata, time } = record;
  const { version, revision, comment, target, redacted, forgotten } = metadata;
  const operation = record.operation as AuditOperation;
  const atMs = toMs(time);
  const isAlias = operation === 'alias_set' || operation === 'alias_delete';
  const entry = new Entry({
    namespace,
    key,
    bytes: target === undefined ? new Uint8Array(record.value) : Buffer.from(JSON.stringify(target)),
    codec: isAlias ? 'json' : codec,
    // The trail does not tell it.
    type: isAlias ? 'string' : codec === 'secret' ? 'secret' : 'custom',
    version: Number(version ?? 0),
    revision: Number(revision ?? 0),
    createdAtMs: atMs,
    updatedAtMs: atMs,
    deleted: operation === 'delete' || operation === 'alias_delete',
    author: userId,
    comment: comment ?? '',
    secret: redacted === 'true',
    masked: redacted === 'true' || forgotten === 'true',
  });
  return { operation, entry };
}

function timestampOf(ms: number | undefined): Timestamp | undefined {
  if (ms === undefined || !Number.isFinite(ms)) return undefined;
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: Math.round((ms - seconds * 1_000) * 1e6) };
}
