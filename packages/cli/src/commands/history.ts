import { can } from '@cfg/core';
import { entryJson, iso, type Shown, valueText } from '../output/entry-text.js';
import { Table } from '../output/table.js';
import type { Session } from '../program/session.js';

export interface HistoryOptions extends Shown {
  readonly limit?: number | undefined;
}

const pageSize = 100;

export async function history(session: Session, key: string, options: HistoryOptions): Promise<undefined> {
  session.masks = !options.reveal;
  const { output, namespace, signal } = session;
  const store = await session.connect();
  const table = new Table(output, ['VERSION', 'REVISION', 'UPDATED', 'AUTHOR', 'COMMENT', 'VALUE']);
  const includeDeleted = can(store, 'tombstones');
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let cursor = '';
  do {
    const query = { limit: Math.min(left, pageSize), cursor, includeDeleted };
    const page = await store.versions(namespace, key, query, { signal });
    if (output.json) {
      for (const entry of page.entries) await output.record(entryJson(entry, options), () => '');
    } else {
      await table.add(
        page.entries.map((entry) => {
          const { version, revision, updatedAtMs, author, comment } = entry;
          return [`${version}`, `${revision}`, iso(updatedAtMs), author, comment, valueText(entry, options)];
        }),
      );
    }
    left -= page.entries.length;
    cursor = page.nextCursor;
  } while (cursor !== '' && left > 0);
}
