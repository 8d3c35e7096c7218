import { can } from '../contract/capabilities.js';
import { ConfigError } from '../contract/errors.js';
import type { CallOptions, Store } from '../contract/store.js';

/** Throws `resource_exhausted` if setting the keys would make more than `limit` keys in the namespace. */
export async function checkKeyLimit(
  store: Store,
  namespace: string,
  keys: readonly string[],
  limit: number,
  { signal }: CallOptions,
): Promise<void> {
  if (limit === Number.POSITIVE_INFINITY || keys.length === 0) return;
  const set = new Set(keys);
  const room = limit - (await count(store, namespace, limit, signal));
  if (set.size <= room) return;
  const there = (await store.find(namespace, { keys: [...set] }, { signal })).entries.length;
  if (set.size - there <= room) return;
  throw new ConfigError('resource_exhausted', `namespace ${JSON.stringify(namespace)} is full: ${limit} keys`);
}

async function count(store: Store, namespace: string, limit: number, signal?: AbortSignal): Promise<number> {
  if (can(store, 'stats')) return (await store.stats({ signal })).namespaces.get(namespace) ?? 0;
  let keys = 0;
  let cursor = '';
  do {
    const page = await store.find(namespace, { limit: limit - keys, cursor }, { signal });
    keys += page.entries.length;
    cursor = page.nextCursor;
  } while (cursor !== '' && keys < limit);
  return keys;
}
