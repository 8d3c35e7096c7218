import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Change, ChangeStream } from '@cfg/core';
import { expect, it } from 'vitest';
import { dataOf, json, newPrefix, openStore, sharedUrl } from './test/scratch.js';

const run = promisify(execFile);
const program = (name: string): string => join(import.meta.dirname, '../dist/test', `${name}.js`);

async function take(stream: ChangeStream, count: number): Promise<Change[]> {
  const seen: Change[] = [];
  while (seen.length < count) {
    const { value } = await stream.next();
    if (value?.type !== 'progress') seen.push(value as Change);
  }
  return seen;
}

it('lets servers write to one database at once: nothing is lost, and each sees all in order', async () => {
  const tablePrefix = newPrefix();
  const times = 40;
  const names = ['one', 'two', 'three'];
  const store = await openStore({ tablePrefix });
  await store.set('shared', 'counter', json(0));
  const live = store.watch();
  await live.ready;
  const children = names.map((name) =>
    run(process.execPath, [program('count-process'), sharedUrl(), tablePrefix, name, String(times)]),
  );

  const total = 3 * names.length * times;
  const seen = await take(live, total);
  live.close();
  await Promise.all(children);

  expect(seen.map((change) => change.revision)).toEqual(Array.from({ length: total }, (_, n) => n + 2));
  const counts = seen.filter(({ entry }) => entry.key === 'counter');
  expect(counts.map(({ entry }) => dataOf(entry))).toEqual(counts.map((_, n) => n + 1));
  expect(counts.map(({ entry }) => entry.version)).toEqual(counts.map((_, n) => n + 2));
  expect(dataOf(await store.get('shared', 'counter'))).toBe(names.length * times);
  expect((await store.stats()).namespaces).toEqual(
    new Map(Object.entries({ one: times, shared: 2, three: times, two: times })),
  );
});

it('makes the tables once, however many servers start at once', async () => {
  const tablePrefix = newPrefix();
  const stores = await Promise.all(Array.from({ length: 10 }, () => openStore({ tablePrefix })));
  const ids = await Promise.all(stores.map(async (store) => (await store.revision()).logId));
  expect(new Set(ids).size).toBe(1);
});

it('wakes the watches of other servers, without waiting for a poll', async () => {
  const tablePrefix = newPrefix();
  const [one, other] = [await openStore({ tablePrefix, pollIntervalMs: 0 }), await openStore({ tablePrefix })];
  const stream = one.watch({ namespaces: ['a'] });
  await stream.ready;
  await other.set('b', 'x', json(1));
  await other.set('a', 'x', json(2));
  // Whatever was written before the listener was there is found when it begins; from then on it hears of each.
  expect((await take(stream, 1)).map(({ revision }) => revision)).toEqual([2]);
  await other.set('a', 'x', json(3));
  expect((await take(stream, 1)).map(({ revision }) => revision)).toEqual([3]);
  stream.close();
});

it('finds by polling what no notification told', async () => {
  const tablePrefix = newPrefix();
  const pooled = { tablePrefix, transactionPooling: true };
  const [one, other] = [await openStore({ ...pooled, pollIntervalMs: 20 }), await openStore(pooled)];
  const stream = one.watch();
  await stream.ready;
  await other.set('a', 'x', json(1));
  expect((await take(stream, 1)).map(({ revision }) => revision)).toEqual([1]);
  stream.close();
});

it('resumes a watch at another server', async () => {
  const tablePrefix = newPrefix();
  const [one, other] = [await openStore({ tablePrefix }), await openStore({ tablePrefix })];
  const stream = one.watch();
  await one.set('a', 'x', json(1));
  const [first] = await take(stream, 1);
  stream.close();
  await one.set('a', 'x', json(2));
  await one.close();
  const { logId } = await other.revision();
  const resumed = other.watch({}, { startRevision: first?.revision, logId });
  expect((await take(resumed, 1)).map(({ revision }) => revision)).toEqual([2]);
  resumed.close();
});

it('deletes what expires after the server that wrote it is gone', async () => {
  const tablePrefix = newPrefix();
  const [one, other] = [await openStore({ tablePrefix }), await openStore({ tablePrefix })];
  const stream = one.watch();
  await stream.ready;
  await other.set('a', 'x', json(1), { ttlMs: 300 });
  await other.close();
  expect((await take(stream, 2)).map(({ type, revision }) => [type, revision])).toEqual([
    ['set', 1],
    ['delete', 2],
  ]);
  stream.close();
});
