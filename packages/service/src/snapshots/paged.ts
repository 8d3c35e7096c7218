import { ConfigError, type Entry, type Snapshot, type SnapshotOptions, type Store } from '@cfg/core';

const pageSize = 1_000;

/**
 * The snapshot of a store that takes none: its pages, which are not of one moment, so that no revision is told. Fails
 * with `resource_exhausted` as a store's own does.
 */
export async function pagedSnapshot(
  store: Store,
  namespace: string,
  { maxEntries = 0, maxBytes = 0, atRevision, ...options }: SnapshotOptions,
): Promise<Snapshot> {
  const entries: Entry[] = [];
  let bytes = 0;
  let cursor = '';
  do {
    const page = await store.find(namespace, { limit: pageSize, maxBytes, cursor, atRevision }, options);
    for (const entry of page.entries) bytes += entry.size;
    entries.push(...page.entries);
    if (entries.length > maxEntries) throw tooLarge(namespace, `${maxEntries} entries`);
    if (bytes > maxBytes) throw tooLarge(namespace, `${maxBytes} bytes`);
    cursor = page.nextCursor;
  } while (cursor !== '');
  return { entries };
}

const tooLarge = (namespace: string, most: string): ConfigError =>
  new ConfigError('resource_exhausted', `namespace ${namespace} has more than ${most}`);
