import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemoteStore } from '@cfg/client';
import { MemoryStore, type Store } from '@cfg/core';
import { doorLimits, type Opened, storeConformance, watchProperty } from '@cfg/core/conformance';
import { addConfigService, allowAll, createConfigService, createInProcessClients } from '@cfg/service';
import { SqliteStore } from '@cfg/sqlite';
import { createServer } from 'nice-grpc';

/** A RemoteStore over a real socket in front of `behind`. */
async function overSocket(behind: Store, cleanUp = (): void => {}): Promise<Opened> {
  await behind.connect();
  const service = createConfigService(behind, { guard: allowAll() });
  const server = createServer();
  addConfigService(server, service);
  const port = await server.listen('127.0.0.1:0');
  const store = new RemoteStore(`127.0.0.1:${port}`, { insecure: true });
  await store.connect();
  return {
    store,
    async close() {
      await store.close();
      service.drain();
      server.forceShutdown();
      await behind.close();
      cleanUp();
    },
  };
}

/** A RemoteStore in the process of the service. */
async function inProcess(behind: Store): Promise<Opened> {
  await behind.connect();
  const service = createConfigService(behind, { guard: allowAll() });
  const { service: client, operations } = createInProcessClients(service);
  const store = new RemoteStore({ client, operations });
  await store.connect();
  return {
    store,
    async close() {
      await store.close();
      await behind.close();
    },
  };
}

function beforeSqlite(): Promise<Opened> {
  const dir = mkdtempSync(join(tmpdir(), 'cfg-doors-'));
  return overSocket(new SqliteStore(join(dir, 'config.db')), () => rmSync(dir, { recursive: true }));
}

const remote = { without: doorLimits.remote };
storeConformance('RemoteStore over a socket', () => overSocket(new MemoryStore()), remote);
storeConformance('RemoteStore in process', () => inProcess(new MemoryStore()), remote);
storeConformance('RemoteStore over a socket in front of SQLite', beforeSqlite, remote);
watchProperty('RemoteStore in process', () => inProcess(new MemoryStore()), { runs: 200 });
