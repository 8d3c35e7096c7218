import { type ChangeStream, Manager } from '@cfg/core';
import { expect, it, onTestFinished } from 'vitest';
import { expectCode, json } from './test/expect-code.js';
import { FaultyProxy } from './test/faulty-proxy.js';
import { harness, until } from './test/harness.js';

/*
 * Faults of the network, drawn at random. The short form runs here; the long one, of 1,000 faults and 20,000 writes, by
 * `CFG_FAULTS=1000 vitest run src/faults.test.ts`.
 */
const faults = Number(process.env.CFG_FAULTS ?? 30);
const writesPerFault = 20;

const { server, store } = harness();
const backoff = { initialBackoffMs: 2, maxBackoffMs: 50 };
const options = {
  insecure: true,
  retry: { maxRetries: 20, initialBackoffMs: 2, maxBackoffMs: 50 },
  keepalive: { intervalMs: 100, timeoutMs: 400 },
  watch: { ...backoff, maxErrors: 1_000 },
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The numbers that are told, until the last one. */
async function numbers(stream: ChangeStream, last: number): Promise<number[]> {
  const seen: number[] = [];
  for await (const event of stream) {
    if (event.type !== 'set') continue;
    seen.push(JSON.parse(Buffer.from(event.entry.bytes).toString()));
    if (seen.at(-1) === last) break;
  }
  return seen;
}

it(`every watcher gets each change once, in order, through ${faults} faults`, {
  timeout: 60_000 + faults * 2_000,
}, async () => {
  const behind = await server();
  await behind.store.set('ns', 'first', json(0));
  const proxy = await FaultyProxy.open(behind.port);
  onTestFinished(() => proxy.close());
  const remotes = Array.from({ length: 3 }, () => store(proxy.address, options));
  await Promise.all(remotes.map((remote) => remote.connect()));
  const [first, second, third] = remotes as [(typeof remotes)[0], (typeof remotes)[0], (typeof remotes)[0]];

  const total = faults * writesPerFault;
  const streams = [first, first, second].map((remote) => remote.watch({ namespaces: ['ns'] }));
  await Promise.all(streams.map(({ ready }) => ready));
  const watching = Promise.all(streams.map((stream) => numbers(stream, total)));
  watching.catch(() => {});
  const manager = new Manager({ store: third, watch: backoff });
  onTestFinished(() => manager.close());
  await manager.connect();
  const config = manager.namespace('ns');
  using loaded = await config.load();

  let written = 0;
  for (let n = 0; n < faults; n += 1) {
    const fault = Math.floor(Math.random() * 4);
    if (fault === 0) proxy.cut();
    else if (fault === 1) proxy.stall(Math.random() * 100);
    else if (fault === 2) proxy.halfOpen();
    for (let i = 0; i < writesPerFault; i += 1) {
      written += 1;
      await behind.store.set('ns', `k${written % 7}`, json(written));
    }
    // A key that was read once is always answered.
    expect((await config.get('first')).number()).toBe(0);
    await pause(Math.random() * 30);
  }
  const expected = Array.from({ length: total }, (_, i) => i + 1);
  for (const seen of await watching) expect(seen).toEqual(expected);
  const { entries } = await behind.store.find('ns');
  const there = new Map(entries.map(({ key, revision }) => [key, revision]));
  const known = (): Map<string, number> => new Map(loaded.entries().map(([key, { revision }]) => [key, revision]));
  await until(() => JSON.stringify([...known()]) === JSON.stringify([...there]));
});

it('a watch through a manager tells exactly what has changed, through faults, over a server without revisions', async () => {
  const behind = await server({ features: [], announces: false });
  const proxy = await FaultyProxy.open(behind.port);
  onTestFinished(() => proxy.close());
  const manager = new Manager({ store: store(proxy.address, options), watch: backoff });
  onTestFinished(() => manager.close());
  await manager.connect();
  const config = manager.namespace('ns');
  await behind.store.set('ns', 'gone', json(0));
  const changes = config.watch();
  await changes.ready;
  const known = new Map<string, unknown>([['gone', 0]]);
  const following = (async () => {
    for await (const { type, key, value } of changes) {
      if (type === 'set') known.set(key, value.data);
      else known.delete(key);
    }
  })();
  for (let n = 1; n <= 40; n += 1) {
    await behind.store.set('ns', `k${n % 5}`, json(n));
    if (n === 20) await behind.store.delete('ns', 'gone');
    if (n % 10 === 5) {
      await pause(50);
      proxy.cut();
    }
  }
  const there = { k0: 40, k1: 36, k2: 37, k3: 38, k4: 39 };
  await until(() => JSON.stringify(Object.fromEntries([...known].sort())) === JSON.stringify(there));
  await changes.return();
  await following;
});

it('1,000 watches, closed at once, leave nothing behind and disturb nobody', async () => {
  const behind = await server();
  const remote = store(behind.address, { ...options, keepalive: undefined });
  await remote.connect();
  await remote.set('ns', 'a', json(0));
  const before = process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
  const streams = Array.from({ length: 1_000 }, () => remote.watch({ namespaces: ['ns'] }));
  await Promise.all(streams.map(({ ready }) => ready));
  const writing = Array.from({ length: 20 }, (_, n) => remote.set('ns', 'a', json(n)));
  for (const stream of streams) stream.close();
  await Promise.all(writing);
  await expectCode(remote.get('ns', 'none'), 'not_found');
  for (let i = 0; i < 1_000; i += 1) remote.watch().close();
  await remote.set('ns', 'a', json(1));
  await until(() => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length <= before + 2);
});
