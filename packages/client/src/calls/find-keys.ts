import {
  type CallOptions,
  type Entry,
  isConfigError,
  type Page,
  type Query,
  type Store,
  type Versioned,
} from '@cfg/core';

/** Number of keys that are read at a time. */
const readsAtOnce = 32;

/** Those of the keys that exist, in key order, by one read each. The page is not of one moment, so it has no revision. */
export async function findKeys(
  store: Store & Versioned,
  namespace: string,
  { keys = [], includeDeleted, atRevision }: Query,
  options: CallOptions,
): Promise<Page> {
  const read = async (key: string): Promise<Entry | undefined> => {
    if (!includeDeleted) return store.get(namespace, key, { ...options, atRevision });
    return (await store.versions(namespace, key, { limit: 1, includeDeleted }, options)).entries[0];
  };
  const sorted = [...new Set(keys)].sort();
  const entries: Entry[] = [];
  for (let i = 0; i < sorted.length; i += readsAtOnce) {
    const some = sorted.slice(i, i + readsAtOnce).map((key) => read(key).catch(absent));
    for (const entry of await Promise.all(some)) if (entry !== undefined) entries.push(entry);
  }
  return { entries, nextCursor: '' };
}

function absent(error: unknown): undefined {
  if (!isConfigError(error, 'not_found')) throw error;
}
