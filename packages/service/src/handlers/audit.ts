import { setImmediate } from 'node:timers/promises';
import { type AuditOperation, type AuditPage, can, checkKey, checkNamespace, type Entry } from '@cfg/core';
import type { AuditRecord, ListAuditRequest, ListAuditResponse, Timestamp } from '@cfg/proto';
import type { TrailRecord } from '../audit/trail.js';
import type { Call } from '../call.js';
import { requireNotNegative } from '../checks.js';
import { untilAborted } from '../deadline.js';
import { timestamp } from '../entry.js';
import type { Environment } from '../environment.js';
import { invalidArgument, unsupported } from '../status.js';
import { asked, type Handler, storeOptions } from './handler.js';
import { readable } from './readable.js';

const operations: ReadonlySet<string> = new Set<AuditOperation>(['set', 'delete', 'alias_set', 'alias_delete']);

/** How many pages of the trail one call reads on while it finds nothing that the caller may read. */
const maxStretches = 100;

/** Records of a page where the request does not say. */
const pageSize = 100;

/** Who did what, of what the caller may read, and without the values of secrets: from the trail, or the store's log. */
export const auditHandler = (environment: Environment): Handler<ListAuditRequest, ListAuditResponse> => ({
  asks({ namespace, key, limit, operation }) {
    requireNotNegative('limit', limit);
    // A trail may have operations that other programs have put there.
    if (operation !== '' && environment.settings.auditTrail === undefined && !operations.has(operation)) {
      throw invalidArgument(`operation must be one of ${[...operations].join(', ')}`);
    }
    return [asked('audit', namespace, key)];
  },
  async answer(request, call) {
    const { settings } = environment;
    const { namespace, key, limit, cursor } = request;
    if (namespace !== '') checkNamespace(namespace);
    if (key !== '') checkKey(key);
    const pages = pagesOf(environment, request, call);
    const wanted = Math.min(limit || pageSize, settings.maxSnapshotEntries);
    const records: AuditRecord[] = [];
    let next = cursor;
    let left = settings.maxSnapshotEntries;
    // Entries that the caller may not read are passed over, and the page is filled by reading on; for a while, not for ever.
    for (let stretch = 0; stretch < maxStretches && left > 0; stretch += 1) {
      // Others get a turn between the stretches.
      if (stretch > 0) await setImmediate();
      const page = await pages(wanted, next);
      records.push(...(await readable(call, page.records, (record) => asked('read', record.namespace, record.key))));
      next = page.nextCursor;
      left -= page.records.length;
      if (next === '' || records.length > 0) break;
    }
    return { records, nextCursor: next };
  },
});

/** Reads a page of so many records. */
type Pages = (
  limit: number,
  cursor: string,
) => Promise<{ readonly records: readonly AuditRecord[]; readonly nextCursor: string }>;

function pagesOf({ store, settings }: Environment, request: ListAuditRequest, call: Call): Pages {
  const { namespace, key, userId, operation } = request;
  const times = {
    fromMs: request.from && millisecondsOf(request.from),
    toMs: request.to && millisecondsOf(request.to),
  };
  const { auditTrail, maxPageBytes: maxBytes } = settings;
  if (auditTrail !== undefined) {
    const query = { namespace, key, userId, operation, ...times, maxBytes };
    return async (limit, cursor) => {
      const { records, nextCursor } = await untilAborted(auditTrail.list({ ...query, limit, cursor }), call.signal);
      return { records: records.map(trailRecord), nextCursor };
    };
  }
  if (!can(store, 'audit')) throw unsupported('the store does not keep an audit trail');
  const query = { namespace, key, author: userId, operation: (operation || undefined) as AuditOperation | undefined };
  return async (limit, cursor) => {
    const page = await store.audit({ ...query, ...times, maxBytes, limit, cursor }, storeOptions(call));
    return { records: page.records.map(recordOf), nextCursor: page.nextCursor };
  };
}

function trailRecord({ timeMs, value, metadata, ...record }: TrailRecord): AuditRecord {
  return { ...record, time: timestamp(timeMs), value: value ?? new Uint8Array(0), metadata: { ...metadata } };
}

const millisecondsOf = ({ seconds, nanos }: Timestamp): number => seconds * 1_000 + Math.ceil(nanos / 1e6);

function recordOf({ operation, entry }: AuditPage['records'][number]): AuditRecord {
  const { namespace, key, author, codec, updatedAtMs } = entry;
  const isSecret = entry.secret || entry.type === 'secret';
  return {
    id: String(entry.revision),
    time: timestamp(updatedAtMs),
    userId: author,
    operation,
    namespace,
    key,
    value: operation === 'set' && !isSecret ? entry.bytes : new Uint8Array(0),
    codec: operation === 'set' ? codec : '',
    metadata: metadataOf(operation, entry, isSecret),
  };
}

function metadataOf(operation: AuditOperation, entry: Entry, isSecret: boolean): Record<string, string> {
  const { version, revision, comment } = entry;
  return {
    version: String(version),
    revision: String(revision),
    ...(comment !== '' && { comment }),
    ...(operation === 'alias_set' && { target: String(JSON.parse(Buffer.from(entry.bytes).toString())) }),
    ...(isSecret && operation === 'set' && { redacted: 'true' }),
    // The record is kept for longer than the value.
    ...(!isSecret && entry.masked && { forgotten: 'true' }),
  };
}
