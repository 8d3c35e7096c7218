import type { Change, ChangeStream, Entry } from '@cfg/core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { PostgresStore, PostgresStoreOptions } from './index.js';
import { Cluster } from './test/cluster.js';
import { json, locked, newPrefix, openStore, sharedUrl } from './test/scratch.js';
import { TcpProxy } from './test/tcp-proxy.js';

/** How often the database is killed; CFG_CRASH_ROUNDS says how thoroughly, as for the server's crash tests. */
const rounds = Math.ceil(Number(process.env.CFG_CRASH_ROUNDS ?? 15) / 5);

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ fsync: true });
});
afterAll(() => cluster[Symbol.asyncDispose]());

const revisionOf = async (stream: ChangeStream): Promise<number> => ((await stream.next()).value as Change).revision;

/** Writes one key after the other until it is told to stop. Returns what was acknowledged. */
function writer(store: PostgresStore, namespace: string): { stop(): Promise<readonly Entry[]> } {
  const acknowledged: Entry[] = [];
  let stopped = false;
  const done = (async () => {
    for (let n = 0; !stopped; n += 1) {
      await store.set(namespace, `k${n}`, json(n)).then(
        (entry) => acknowledged.push(entry),
        () => {},
      );
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await done;
      return acknowledged;
    },
  };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

const title = 'loses nothing that was acknowledged when the database is killed, and goes on by itself';
it(`${title} (${rounds} times)`, { timeout: 60_000 + rounds * 30_000 }, async () => {
  const tablePrefix = newPrefix();
  const options: PostgresStoreOptions = { tablePrefix, pollIntervalMs: 50 };
  const stores = [await openStore(options, cluster.url), await openStore(options, cluster.url)] as const;
  const stream = stores[1].watch();
  await stream.ready;
  const writers = [writer(stores[0], 'one'), writer(stores[0], 'two'), writer(stores[1], 'three')];
  for (let round = 0; round < rounds; round += 1) {
    const { revision } = await stores[0].revision();
    await until(async () => (await stores[0].revision()).revision > revision + 20);
    await cluster.kill();
    expect(await stores[0].health()).toMatchObject({ ok: false });
    await expect(stores[0].get('one', 'k0')).rejects.toMatchObject({ code: 'unavailable' });
    await cluster.start();
    await until(async () => (await stores[0].health()).ok && (await stores[1].health()).ok);
  }
  const acknowledged = (await Promise.all(writers.map((each) => each.stop()))).flat();
  const last = await stores[1].set('one', 'last', json(true));

  // Every change once, in order and without a hole, and every write that was acknowledged among them.
  const seen = new Map<number, Change>();
  for (let revision = 1; revision <= last.revision; revision += 1) {
    const { value } = await stream.next();
    const change = value as Change;
    expect(change.revision).toBe(revision);
    seen.set(revision, change);
  }
  stream.close();
  for (const { revision, namespace, key } of acknowledged) {
    expect(seen.get(revision)?.entry).toMatchObject({ namespace, key });
  }
  expect(acknowledged.length).toBeGreaterThan(20 * rounds);
});

it('goes on after every connection was cut, and hears of what was written meanwhile', async () => {
  await using proxy = await TcpProxy.open(sharedUrl());
  const tablePrefix = newPrefix();
  const store = await openStore({ tablePrefix, pollIntervalMs: 0 }, proxy.urlOf(sharedUrl()));
  const direct = await openStore({ tablePrefix });
  const stream = store.watch();
  await stream.ready;
  await direct.set('a', 'x', json(1));
  expect(await revisionOf(stream)).toBe(1);
  proxy.refuse(true);
  proxy.cut();
  await direct.set('a', 'x', json(2));
  await expect(store.get('a', 'x')).rejects.toMatchObject({ code: 'unavailable' });
  proxy.refuse(false);
  // The listener comes back by itself, and looks at what it missed.
  expect(await revisionOf(stream)).toBe(2);
  expect((await store.set('a', 'x', json(3))).version).toBe(3);
  expect(await revisionOf(stream)).toBe(3);
  stream.close();
});

it('does not wait for ever for a network that says nothing, and goes on when it does', async () => {
  await using proxy = await TcpProxy.open(sharedUrl());
  const tablePrefix = newPrefix();
  const options: PostgresStoreOptions = {
    tablePrefix,
    pollIntervalMs: 50,
    statementTimeoutMs: 500,
    connectTimeoutMs: 2_000,
    busyTimeoutMs: 0,
  };
  const store = await openStore(options, proxy.urlOf(sharedUrl()));
  const direct = await openStore({ tablePrefix });
  await store.set('a', 'x', json(1));
  const stream = store.watch({}, { startRevision: 1 });
  await stream.ready;
  proxy.stall(true);
  const [read, write, health] = await Promise.allSettled([
    store.get('a', 'x'),
    store.set('a', 'x', json(2), { requestId: 'stalled' }),
    store.health(),
  ]);
  expect(read).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
  expect(write).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
  expect(health).toMatchObject({ status: 'fulfilled', value: { ok: false } });
  // Others are not held up by the connection that hangs in the middle of a write.
  const other = await vi.waitFor(() => direct.set('a', 'z', json(1)), { timeout: 60_000 });
  proxy.stall(false);
  await vi.waitFor(async () => expect(await store.health()).toEqual({ ok: true }), { timeout: 60_000 });
  // A connection that takes too long is another fault: it is tried again, and written once.
  const again = (): Promise<Entry> => store.set('a', 'x', json(2), { requestId: 'stalled' });
  const { version, revision } = await vi.waitFor(again, { timeout: 60_000 });
  expect(version).toBe(2);
  const seen = new Set<number>();
  while (seen.size < 2) seen.add(await revisionOf(stream));
  expect(seen).toEqual(new Set([other.revision, revision]));
  stream.close();
});

it('is not held up for ever by a server that is gone in the middle of a write', async () => {
  const tablePrefix = newPrefix();
  const store = await openStore({ tablePrefix, statementTimeoutMs: 200, busyTimeoutMs: 0 });
  const release = await locked(tablePrefix);
  await expect(store.set('a', 'x', json(1))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/took too long/),
  });
  expect(await store.health()).toEqual({ ok: true });
  await release();
  expect((await store.set('a', 'x', json(1))).revision).toBe(1);
});

it('says so where the database takes no writes', async () => {
  const url = new URL(sharedUrl());
  const tablePrefix = newPrefix();
  await (await openStore({ tablePrefix })).set('a', 'x', json(1));
  url.searchParams.set('options', '-c default_transaction_read_only=on');
  const standby = await openStore({ tablePrefix, busyTimeoutMs: 0 }, url.href);
  expect(await standby.health()).toMatchObject({ ok: false, message: expect.stringMatching(/read-only/) });
  expect((await standby.get('a', 'x')).version).toBe(1);
  await expect(standby.set('a', 'x', json(2))).rejects.toMatchObject({ code: 'unavailable' });
});
