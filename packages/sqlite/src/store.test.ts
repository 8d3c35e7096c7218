import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeConformance } from '@cfg/core/conformance';
import { SqliteStore } from './store.js';

storeConformance('SqliteStore', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'cfg-sqlite-'));
  const store = new SqliteStore(join(directory, 'config.db'));
  await store.connect();
  return {
    store,
    close: async () => {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
});
