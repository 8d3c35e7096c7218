import type { Change } from '@cfg/core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { PostgresStore, PostgresStoreOptions } from './index.js';
import { Cluster } from './test/cluster.js';
import { dataOf, json, newPrefix, openStore, rowsOf } from './test/scratch.js';
import { TcpProxy } from './test/tcp-proxy.js';

let primary: Cluster;
let standby: Cluster;
let toPrimary: TcpProxy;
let toStandby: TcpProxy;
beforeAll(async () => {
  primary = await Cluster.start();
  standby = await Cluster.standbyOf(primary);
  toPrimary = await TcpProxy.open(primary.url);
  toStandby = await TcpProxy.open(standby.url);
});
afterAll(async () => {
  for (const each of [toPrimary, toStandby, standby, primary]) await each?.[Symbol.asyncDispose]();
});

const waiting = { timeout: 60_000, interval: 20 } as const;

/** A store that is alone on the way through the proxies: it neither listens nor polls. */
function open(options: PostgresStoreOptions): Promise<PostgresStore> {
  const quiet: PostgresStoreOptions = { transactionPooling: true, pollIntervalMs: 0, searchIndex: false };
  const replicas = [toStandby.urlOf(standby.url)];
  return openStore({ ...quiet, replicas, maxStalenessMs: 600_000, ...options }, toPrimary.urlOf(primary.url));
}

/** Reads until the replica answers alone. */
async function untilReplicaAnswers(store: PostgresStore): Promise<void> {
  await vi.waitFor(async () => {
    const [there, here] = [toPrimary.received, toStandby.received];
    await store.find('a');
    expect(toStandby.received).toBeGreaterThan(here);
    expect(toPrimary.received).toBe(there);
  }, waiting);
}

const replay = (how: 'pause' | 'resume'): Promise<unknown> => rowsOf(`SELECT pg_wal_replay_${how}()`, standby.url);

const read = async (store: PostgresStore): Promise<unknown> => dataOf(await store.get('a', 'x'));

it('reads at a replica, also while the primary is away, as long as an answer may be old', async () => {
  const store = await open({ tablePrefix: newPrefix(), busyTimeoutMs: 0 });
  await store.set('a', 'x', json(1));
  await untilReplicaAnswers(store);
  toPrimary.refuse(true);
  toPrimary.cut();
  expect(await read(store)).toBe(1);
  expect((await store.find('a')).entries).toHaveLength(1);
  expect((await store.search({ text: 'x/' })).matches).toEqual([]);
  await expect(store.get('a', 'y')).rejects.toMatchObject({ code: 'not_found' });
  expect(await store.health()).toMatchObject({ ok: false });
  await expect(store.set('a', 'x', json(2))).rejects.toMatchObject({ code: 'unavailable' });
  toPrimary.refuse(false);
  await vi.waitFor(() => store.set('a', 'x', json(3)), waiting);
  expect(await read(store)).toBe(3);
});

it('reads what it wrote, what it was shown, and never an older state after a newer one', async () => {
  const tablePrefix = newPrefix();
  const store = await open({ tablePrefix });
  const other = await openStore({ tablePrefix }, primary.url);
  await store.set('a', 'x', json(1));
  await untilReplicaAnswers(store);
  await replay('pause');
  try {
    // The replica may answer with what was true before.
    await other.set('a', 'x', json(2));
    expect(await read(store)).toBe(1);
    // A write that is refused has told how far the others are.
    await expect(store.set('a', 'x', json(3), { ifVersion: 1 })).rejects.toMatchObject({ code: 'version_mismatch' });
    expect(await read(store)).toBe(2);
    await store.set('a', 'x', json(3));
    expect(await read(store)).toBe(3);
    await store.delete('a', 'x');
    await expect(read(store)).rejects.toMatchObject({ code: 'not_found' });
  } finally {
    await replay('resume');
  }
  await untilReplicaAnswers(store);
  await replay('pause');
  try {
    const stream = store.watch({}, { startRevision: 4 });
    await other.set('a', 'x', json(5));
    await untilAnswered(store, 'a watch', stream.next());
    stream.close();
    expect(await read(store)).toBe(5);
  } finally {
    await replay('resume');
  }
});

/** Expects the change that a watch is shown; nothing wakes this store, so that a second watch has to. */
async function untilAnswered(
  store: PostgresStore,
  what: string,
  next: Promise<IteratorResult<unknown>>,
): Promise<void> {
  const waker = store.watch();
  await waker.ready;
  waker.close();
  const { value } = await next;
  expect((value as Change).type, what).toBe('set');
}

it('is not further behind than it may be, while replication stands still', async () => {
  const tablePrefix = newPrefix();
  const store = await open({ tablePrefix, maxStalenessMs: 200 });
  const other = await openStore({ tablePrefix }, primary.url);
  await store.set('a', 'x', json(0));
  await replay('pause');
  try {
    let last = 0;
    for (let n = 1; n <= 5; n += 1) {
      await other.set('a', 'x', json(n));
      await vi.waitFor(async () => {
        const data = (await read(store)) as number;
        expect(data).toBeGreaterThanOrEqual(last);
        last = data;
        expect(data).toBe(n);
      }, waiting);
    }
  } finally {
    await replay('resume');
  }
});

it('goes on at the primary when a replica is away, and at the replica when it is back', async () => {
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const store = await open({ tablePrefix: newPrefix(), logger });
  await store.set('a', 'x', json(1));
  await untilReplicaAnswers(store);
  logger.warn.mockClear();
  toStandby.refuse(true);
  toStandby.cut();
  for (let n = 0; n < 20; n += 1) expect(await read(store)).toBe(1);
  expect(await store.health()).toEqual({ ok: true });
  const shown = expect.stringMatching(/^127\.0\.0\.1:\d+\/postgres$/);
  expect(logger.warn.mock.calls).toEqual([[{ replica: shown, reason: expect.any(String) }, 'a replica is away']]);
  toStandby.refuse(false);
  await untilReplicaAnswers(store);
  expect(logger.info).toHaveBeenCalledWith({ replica: shown }, 'a replica is back');
});

it('goes on at the primary when the network to a replica says nothing', async () => {
  const store = await open({ tablePrefix: newPrefix(), statementTimeoutMs: 200 });
  await store.set('a', 'x', json(1));
  await untilReplicaAnswers(store);
  toStandby.stall(true);
  // Those that are on their way wait for the limit; whoever comes later does not ask the replica any more.
  expect(await Promise.all([read(store), read(store), store.find('a')])).toMatchObject([1, 1, { entries: [{}] }]);
  const before = toStandby.received;
  for (let n = 0; n < 20; n += 1) expect(await read(store)).toBe(1);
  expect(toStandby.received).toBe(before);
  toStandby.stall(false);
  await untilReplicaAnswers(store);
});

it('does not read at a database that is not a replica of its own', async () => {
  const tablePrefix = newPrefix();
  await using stranger = await openStore({ tablePrefix }, primary.url);
  await stranger.set('a', 'x', json('a stranger'));
  // The same names in another schema: as good as another database.
  await rowsOf('CREATE SCHEMA IF NOT EXISTS other', primary.url);
  const url = new URL(primary.url);
  url.searchParams.set('options', '-c search_path=other');
  const options: PostgresStoreOptions = { tablePrefix, replicas: [primary.url], maxStalenessMs: 600_000 };
  const store = await openStore(options, url.href);
  await store.set('a', 'x', json('ours'));
  for (let n = 0; n < 20; n += 1) expect(await read(store)).toBe('ours');
});
