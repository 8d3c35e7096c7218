import { RemoteStore } from '@cfg/client';
import { MemoryStore } from '@cfg/core';
import { GetRequest } from '@cfg/proto';
import { allowAll, createConfigService, createInProcessClient } from '@cfg/service';
import { startServer } from './lib/child.js';
import { Driver } from './lib/driver.js';
import { HttpDriver } from './lib/http.js';
import { alternate, line, title } from './lib/report.js';

/* A Get of a key that is missing beside one of a key that is there, on every door: a refusal costs no more than an entry. */

const ms = Number(process.env.BENCH_MS ?? 1_000);
const goal = 0.8; // of the doors; the store behind them has none
const namespace = 'n1000';
const present = 'app/key-0000001';
const missing = 'app/key-9999999';

/** Calls per second of `get`, 64 at a time; it may fail, as a Get of a missing key does. */
async function rate(get: (key: string) => Promise<unknown>, key: string): Promise<number> {
  let calls = 0;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    for (; performance.now() < began + ms; calls += 1) await get(key).catch(() => {});
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  return (calls * 1_000) / (performance.now() - began);
}

async function compare(what: string, get: (key: string) => Promise<unknown>, goal?: number): Promise<void> {
  const isThere = await get(missing).then(
    () => true,
    () => false,
  );
  if (isThere) throw new Error(`${missing} is there`);
  await get(present);
  const both = await alternate(
    () => rate(get, missing),
    () => rate(get, present),
  );
  line(what, 'call/s', both, goal);
}

title('Get of a missing key, memory store, beside Get of a present one', ['missing', 'present']);
{
  const server = await startServer('ours');
  await server.tell('fill', 1_000);
  const driver = new Driver(server.port);
  const get = (key: string, status: string): Promise<number> =>
    driver.rate(
      '/config.v1.ConfigService/Get',
      [GetRequest.encode(GetRequest.fromPartial({ namespace, key })).finish()],
      ms,
      64,
      status,
    );
  const both = await alternate(
    () => get(missing, '5'), // NOT_FOUND
    () => get(present, '0'),
  );
  line('gRPC', 'call/s', both, goal);
  driver.close();

  const store = new RemoteStore(`127.0.0.1:${server.port}`, { insecure: true });
  await store.connect();
  await compare('RemoteStore, over a socket', (key) => store.get(namespace, key), goal);
  await store.close();
  server.stop();
}
for (const kind of ['in process', 'remote']) {
  const server = await startServer('ours-http', kind);
  const driver = new HttpDriver(server.port);
  const path = '/v1/namespaces/production/keys/app';
  const both = await alternate(
    () => driver.rate(`${path}/missing`, ms, 404),
    () => driver.rate(`${path}/timeout`, ms),
  );
  line(`REST, gateway ${kind}`, 'call/s', both, goal);
  driver.close();
  server.stop();
}
{
  const store = new MemoryStore();
  await store.connect();
  await store.set(namespace, present, { bytes: Buffer.alloc(100, '1'), codec: 'raw', type: 'custom' });
  const client = createInProcessClient(createConfigService(store, { guard: allowAll() }));
  await compare('in process', (key) => client.get({ namespace, key }), goal);
  const remote = new RemoteStore({ client });
  await remote.connect();
  await compare('RemoteStore, in process', (key) => remote.get(namespace, key), goal);
  await compare('the memory store itself', (key) => store.get(namespace, key));
  await remote.close();
}
