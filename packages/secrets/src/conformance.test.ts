import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@cfg/core';
import { modelProperty, type Opened, storeConformance, watchProperty, withoutWhenSealed } from '@cfg/core/conformance';
import { SqliteStore, type SqliteStoreOptions } from '@cfg/sqlite';
import { afterAll } from 'vitest';
import { localKey, sealSecrets } from './index.js';

const directory = mkdtempSync(join(tmpdir(), 'cfg-secrets-'));
afterAll(() => rmSync(directory, { recursive: true }));

// Every value is a secret: whatever the suite does goes through the seal.
const sealing = sealSecrets({ wrapper: localKey(randomBytes(32)), secrets: ['*'] });
const paths = new WeakMap<Store, string>();

type OpenedStore = Opened & { readonly store: SqliteStore };

async function open(path = join(directory, `${randomUUID()}.db`), options?: SqliteStoreOptions): Promise<OpenedStore> {
  const store = new SqliteStore(path, { sealing, ...options });
  paths.set(store, path);
  await store.connect();
  return { store, close: () => store.close() };
}

const runs = 3;

storeConformance('SqliteStore, sealed', () => open(), { without: withoutWhenSealed });
watchProperty('SqliteStore, sealed', () => open(), { runs, reopen: ({ store }) => open(paths.get(store)) });
modelProperty('SqliteStore, sealed', (options, closed) => open(closed && paths.get(closed), options), {
  runs,
  secrets: sealing.policy,
});
