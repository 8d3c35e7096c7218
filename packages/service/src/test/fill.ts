import type { Entry, Store } from '@cfg/core';

/** Sets `keys` of `namespace` to small numbers. */
export async function fill(store: Store, namespace: string, keys: readonly string[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const [i, key] of keys.entries()) {
    entries.push(await store.set(namespace, key, { bytes: Buffer.from(String(i)), codec: 'json', type: 'int' }));
  }
  return entries;
}
