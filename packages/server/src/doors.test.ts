import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemoteStore } from '@cfg/client';
import { MemoryStore, type Store } from '@cfg/core';
import { doorLimits, type Opened, storeConformance, watchProperty } from '@cfg/core/conformance';
import { allowAll, createConfigService, createInProcessClients } from '@cfg/service';
import { SqliteStore } from '@cfg/sqlite';
import { type GrpcDoorKind, grpcDoors, openGrpcDoor } from './grpc-door.js';

/** A RemoteStore over a real socket in front of `behind`. */
async function overSocket(kind: GrpcDoorKind, behind: Store, cleanUp = (): void => {}): Promise<Opened> {
  await behind.connect();
  const service = createConfigService(behind, { guard: allowAll() });
  const door = await openGrpcDoor(service, { host: '127.0.0.1', port: 0 }, undefined, kind);
  const store = new RemoteStore(`127.0.0.1:${door.address.port}`, { insecure: true });
  await store.connect();
  return {
    store,
    async close() {
      await store.close();
      service.drain();
      door.cut();
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

function beforeSqlite(kind: GrpcDoorKind): Promise<Opened> {
  const dir = mkdtempSync(join(tmpdir(), 'cfg-doors-'));
  return overSocket(kind, new SqliteStore(join(dir, 'config.db')), () => rmSync(dir, { recursive: true }));
}

const remote = { without: doorLimits.remote };
for (const kind of grpcDoors) {
  storeConformance(`RemoteStore over a socket, ${kind}`, () => overSocket(kind, new MemoryStore()), remote);
  watchProperty(`RemoteStore over a socket, ${kind}`, () => overSocket(kind, new MemoryStore()), { runs: 20 });
}
// The work of the doors does not depend on the store, so one of them is enough here.
storeConformance('RemoteStore over a socket in front of SQLite', () => beforeSqlite('fast'), remote);
storeConformance('RemoteStore in process', () => inProcess(new MemoryStore()), remote);
watchProperty('RemoteStore in process', () => inProcess(new MemoryStore()), { runs: 200 });
