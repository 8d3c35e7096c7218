import type { CallOptions, SearchPage, SearchQuery, Store } from '@cfg/core';
import {
  linearizableHistory,
  modelProperty,
  type Opened,
  storeConformance,
  trails,
  transfers,
  watchProperty,
} from '@cfg/core/conformance';
import { PostgresStore, type PostgresStoreOptions } from './index.js';
import { caughtUp, newPrefix, sharedUrl } from './test/scratch.js';

const prefixes = new WeakMap<Store, string>();

/** A store that searches once its index has everything; the other tests here do so before. */
class IndexedStore extends PostgresStore {
  override async search(query: SearchQuery, options?: CallOptions): Promise<SearchPage> {
    await caughtUp(prefixes.get(this) ?? '');
    return super.search(query, options);
  }
}

type OpenedStore = Opened & { readonly store: PostgresStore };

async function open(
  tablePrefix = newPrefix(),
  options?: PostgresStoreOptions,
  StoreClass = PostgresStore,
): Promise<OpenedStore> {
  const store = new StoreClass(sharedUrl(), { tablePrefix, pollIntervalMs: 200, ...options });
  prefixes.set(store, tablePrefix);
  await store.connect();
  return { store, close: () => store.close() };
}

// Each sequence makes tables of its own, which takes longer than its steps.
const runs = 25;

storeConformance('PostgresStore', () => open(undefined, undefined, IndexedStore));
transfers('PostgresStore', () => open());
trails('PostgresStore', () => {
  const tablePrefix = newPrefix();
  return (options) => open(tablePrefix, options);
});
watchProperty('PostgresStore', () => open(), { runs, reopen: ({ store }) => open(prefixes.get(store)) });
modelProperty('PostgresStore', (options, closed) => open(closed && prefixes.get(closed), options), { runs });

linearizableHistory('three PostgresStores on one database', async () => {
  const tablePrefix = newPrefix();
  const opened = await Promise.all([open(tablePrefix), open(tablePrefix), open(tablePrefix)]);
  const close = async (): Promise<void> => void (await Promise.all(opened.map((each) => each.close())));
  return { stores: opened.map(({ store }) => store), close };
});
