import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@cfg/core';
import {
  linearizableHistory,
  modelProperty,
  type Opened,
  storeConformance,
  trails,
  transfers,
  watchProperty,
} from '@cfg/core/conformance';
import { afterAll } from 'vitest';
import { SqliteStore, type SqliteStoreOptions } from './index.js';

const directory = mkdtempSync(join(tmpdir(), 'cfg-sqlite-'));
afterAll(() => rmSync(directory, { recursive: true }));

const paths = new WeakMap<Store, string>();

type OpenedStore = Opened & { readonly store: SqliteStore };

async function open(path = join(directory, `${randomUUID()}.db`), options?: SqliteStoreOptions): Promise<OpenedStore> {
  const store = new SqliteStore(path, options);
  paths.set(store, path);
  await store.connect();
  return { store, close: () => store.close() };
}

// Every store that is opened anew starts a thread, which takes longer than the steps.
const runs = 15;

storeConformance('SqliteStore', () => open());
transfers('SqliteStore', () => open());
trails('SqliteStore', () => {
  const path = join(directory, `${randomUUID()}.db`);
  return (options) => open(path, options);
});
watchProperty('SqliteStore', () => open(), { runs, reopen: ({ store }) => open(paths.get(store)) });
modelProperty('SqliteStore', (options, closed) => open(closed && paths.get(closed), options), { runs });

linearizableHistory('two SqliteStores on one file', async () => {
  const path = join(directory, `${randomUUID()}.db`);
  const opened = [await open(path), await open(path)];
  const close = async (): Promise<void> => void (await Promise.all(opened.map((each) => each.close())));
  return { stores: opened.map(({ store }) => store), close };
});
