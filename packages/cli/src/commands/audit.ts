import type { AuditOperation, AuditPage } from '@cfg/core';
import { dataJson, iso, valueText } from '../output/entry-text.js';
import { Table } from '../output/table.js';
import type { Session } from '../program/session.js';
import { UsageError } from '../program/usage-error.js';

export interface AuditOptions {
  readonly user?: string | undefined;
  readonly key?: string | undefined;
  readonly operation?: AuditOperation | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly limit?: number | undefined;
  readonly allNamespaces?: true | undefined;
}

type AuditRecord = AuditPage['records'][number];

const pageSize = 100;

/** Prints who changed what, page by page. Secrets are hidden. */
export async function audit(session: Session, options: AuditOptions): Promise<undefined> {
  session.masks = true;
  const { user: author, key, operation, since: fromMs, until: toMs, allNamespaces } = options;
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs)
    throw new UsageError('--since is not before --until');
  const { output, signal } = session;
  const namespace = allNamespaces ? undefined : session.namespace;
  const store = await session.connect();
  const table = new Table(output, ['TIME', 'USER', 'OPERATION', 'KEY', 'VERSION', 'COMMENT', 'VALUE']);
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let cursor = '';
  do {
    const query = { namespace, key, author, operation, fromMs, toMs, limit: Math.min(left, pageSize), cursor };
    const page = await store.audit(query, { signal });
    left -= page.records.length;
    cursor = page.nextCursor;
    if (output.json) {
      for (const record of page.records) await output.record(recordJson(record), () => '');
    } else if (page.records.length > 0) {
      await table.add(page.records.map((record) => row(record, namespace === undefined)));
    }
  } while (cursor !== '' && left > 0);
}

/** Part of the interface: a field keeps its name and meaning. The value of an `alias_set` is the alias's key. */
function recordJson({ operation, entry }: AuditRecord): object {
  const { author, namespace, key, codec, version, revision, comment } = entry;
  const time = iso(entry.updatedAtMs);
  return { time, user: author, operation, namespace, key, ...dataJson(entry), codec, version, revision, comment };
}

function row({ operation, entry }: AuditRecord, named: boolean): string[] {
  const { author, namespace, key, version, comment } = entry;
  const name = named && namespace !== '' ? `${namespace}/${key}` : key;
  const value = entry.deleted ? '' : valueText(entry);
  return [iso(entry.updatedAtMs), author || '-', operation, name, version === 0 ? '' : `${version}`, comment, value];
}
