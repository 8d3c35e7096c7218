import { can } from '../contract/capabilities.js';
import { ConfigError, isConfigError } from '../contract/errors.js';
import type { SetOptions, Store } from '../contract/store.js';

/** Throws `resource_exhausted` if the set would make one key more than `limit` in the namespace. */
export async function checkKeyLimit(
  store: Store,
  namespace: string,
  key: string,
  { mode, ifVersion, signal }: SetOptions,
  limit: number,
): Promise<void> {
  if (limit === Number.POSITIVE_INFINITY || mode === 'update' || (ifVersion ?? 0) > 0) return;
  if ((await count(store, namespace, limit, signal)) < limit) return;
  try {
    await store.get(namespace, key, { signal });
  } catch (error) {
    if (!isConfigError(error, 'not_found')) throw error;
    throw new ConfigError('resource_exhausted', `namespace ${JSON.stringify(namespace)} is full: ${limit} keys`);
  }
}

async function count(store: Store, namespace: string, limit: number, signal?: AbortSignal): Promise<number> {
  if (can(store, 'stats')) return (await store.stats({ signal })).namespaces.get(namespace) ?? 0;
  return (await store.find(namespace, { limit }, { signal })).entries.length;
}
