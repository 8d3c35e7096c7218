import { type AuditOperation, type AuditPage, can, checkKey, checkNamespace, type Entry } from '@cfg/core';
import type { AuditRecord, ListAuditRequest, ListAuditResponse, Timestamp } from '@cfg/proto';
import { requireNotNegative } from '../checks.js';
import { timestamp } from '../entry.js';
import type { Environment } from '../environment.js';
import { invalidArgument, unsupported } from '../status.js';
import { asked, type Handler, storeOptions } from './handler.js';
import { readable } from './readable.js';

const operations: ReadonlySet<string> = new Set<AuditOperation>(['set', 'delete', 'alias_set', 'alias_delete']);

/** Records of a page where the request does not say. */
const pageSize = 100;

/** Who wrote what, as the store's log tells it: of what the caller may read, and without the values of secrets. */
export const auditHandler = ({ store, settings }: Environment): Handler<ListAuditRequest, ListAuditResponse> => ({
  asks({ namespace, key, limit, operation }) {
    requireNotNegative('limit', limit);
    if (operation !== '' && !operations.has(operation)) {
      throw invalidArgument(`operation must be one of ${[...operations].join(', ')}`);
    }
    return [asked('audit', namespace, key)];
  },
  async answer({ namespace, key, userId, operation, from, to, limit, cursor }, call) {
    if (!can(store, 'audit')) throw unsupported('the store does not keep an audit trail');
    if (namespace !== '') checkNamespace(namespace);
    if (key !== '') checkKey(key);
    const query = {
      namespace,
      key,
      author: userId,
      operation: (operation || undefined) as AuditOperation | undefined,
      fromMs: from && millisecondsOf(from),
      toMs: to && millisecondsOf(to),
      maxBytes: settings.maxPageBytes,
    };
    const wanted = Math.min(limit || pageSize, settings.maxSnapshotEntries);
    const records: AuditPage['records'][number][] = [];
    let next = cursor;
    let left = settings.maxSnapshotEntries;
    // What the caller may not read is passed over, and the page filled by reading on; for a while, not for ever.
    do {
      const page = await store.audit({ ...query, limit: wanted - records.length, cursor: next }, storeOptions(call));
      records.push(...(await readable(call, page.records, ({ entry }) => asked('read', entry.namespace, entry.key))));
      next = page.nextCursor;
      left -= page.records.length;
    } while (next !== '' && records.length === 0 && left > 0);
    return { records: records.map(recordOf), nextCursor: next };
  },
});

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
  };
}
