import { DatabaseSync } from 'node:sqlite';
import type { Change, ChangeStream, Entry } from '@cfg/core';
import { expect, it, vi } from 'vitest';
import { fill, json, openStore, scratchPath } from './test/scratch.js';

const limits = { historyLimit: 3, logLimit: 10 };

function rowsIn(path: string): number {
  const db = new DatabaseSync(path, { readOnly: true });
  const row = db.prepare('SELECT count(*) AS rows FROM changes').get();
  db.close();
  return row?.rows as number;
}

async function read(stream: ChangeStream, count: number): Promise<number[]> {
  const revisions: number[] = [];
  while (revisions.length < count) revisions.push(((await stream.next()).value as Change).revision);
  return revisions;
}

const versionsOf = (entries: readonly Entry[]): string[] =>
  entries.map(({ version, deleted }) => `${version}${deleted ? ' deleted' : ''}`);

it('keeps the newest revisions of the log, the newest versions of a key, and every key', async () => {
  const path = scratchPath();
  const store = await openStore(path, limits);
  await store.set('a', 'old', json('still here'));
  await store.setAlias('second', 'old');
  await store.set('a', 'gone', json(1));
  await store.delete('a', 'gone');
  for (let n = 1; n <= 50; n += 1) await store.set('a', 'hot', json(n));

  const { revision, oldestRevision } = await store.revision('a');
  expect([revision, oldestRevision]).toEqual([54, 44]);
  expect((await store.get('a', 'old')).revision).toBe(1);
  expect((await store.getAlias('second')).revision).toBe(2);
  expect(versionsOf((await store.versions('a', 'hot')).entries)).toEqual(['50', '49', '48']);
  await expect(store.versions('a', 'hot', { version: 47 })).rejects.toMatchObject({ code: 'version_not_found' });
  const gone = await store.versions('a', 'gone', { includeDeleted: true });
  expect(versionsOf(gone.entries)).toEqual(['1 deleted', '1']);
  // The log's window, and what is kept of `old` and `gone`; the versions of `hot` are in the window.
  expect(rowsIn(path)).toBe(10 + 1 + 2);

  const resumed = store.watch({}, { startRevision: oldestRevision });
  expect(await read(resumed, 10)).toEqual([45, 46, 47, 48, 49, 50, 51, 52, 53, 54]);
  resumed.close();
  const early = store.watch({}, { startRevision: oldestRevision - 1 });
  await expect(early.next()).rejects.toMatchObject({ code: 'revision_compacted', metadata: { oldest_revision: '44' } });

  // The versions that have left the window stay until newer ones take their places.
  for (let n = 0; n < 20; n += 1) await store.set('b', `k${n}`, json(n));
  expect(versionsOf((await store.versions('a', 'hot')).entries)).toEqual(['50', '49', '48']);
  expect(rowsIn(path)).toBe(20 + 1 + 2 + 3);
  await store.set('a', 'hot', json(51));
  expect(versionsOf((await store.versions('a', 'hot')).entries)).toEqual(['51', '50', '49']);
  expect(rowsIn(path)).toBe(21 + 1 + 2 + 2);
});

it('remembers over a restart where the log begins', async () => {
  const path = scratchPath();
  const first = await openStore(path, limits);
  for (let n = 1; n <= 30; n += 1) await first.set('a', 'x', json(n));
  await first.close();
  const second = await openStore(path, limits);
  expect(await second.revision()).toMatchObject({ revision: 30, oldestRevision: 20 });
  const early = second.watch({}, { startRevision: 19 });
  await expect(early.next()).rejects.toMatchObject({ code: 'revision_compacted' });
});

it('tells a watcher that fell too far behind', async () => {
  const store = await openStore(scratchPath(), limits);
  await store.set('a', 'x', json(0));
  const stream = store.watch({}, { startRevision: 0 });
  expect(await read(stream, 1)).toEqual([1]);
  const value = json('x'.repeat(20_000));
  // More than the log's memory holds, so that the watcher has to read the file.
  for (let n = 0; n < 5; n += 1) {
    await fill(store, 'a', 1_000, value);
  }
  await expect(stream.next()).rejects.toMatchObject({ code: 'revision_compacted' });
});

it('shrinks step by step after the limits were lowered', async () => {
  const path = scratchPath();
  const first = await openStore(path);
  for (let n = 0; n < 30; n += 1) {
    await fill(first, 'a', 100, json(n));
  }
  await first.close();
  expect(rowsIn(path)).toBe(3_000);
  const second = await openStore(path, { historyLimit: 2, logLimit: 100 });
  for (let n = 0; n < 4; n += 1) await second.set('b', 'x', json(n));
  await vi.waitUntil(async () => (await second.revision()).oldestRevision === 2_904, { timeout: 30_000 });
  expect(rowsIn(path)).toBeLessThanOrEqual(100 + 2 * 101);
  expect(versionsOf((await second.versions('a', 'k5')).entries)).toEqual(['30', '29']);
});

it('keeps the log to a limit in bytes', async () => {
  const path = scratchPath();
  const store = await openStore(path, { historyLimit: 2, logBytes: 10_000 });
  for (let n = 0; n < 50; n += 1) await store.set('a', 'x', { ...json('x'.repeat(800)) });
  const { revision, oldestRevision } = await store.revision();
  // A change weighs its value, 802 bytes, and 200 more.
  expect(revision - oldestRevision).toBe(9);
  expect(rowsIn(path)).toBe(9);
  const early = store.watch({}, { startRevision: oldestRevision - 1 });
  await expect(early.next()).rejects.toMatchObject({ code: 'revision_compacted' });
  await store.close();
  const again = await openStore(path, { historyLimit: 2, logBytes: 5_000 });
  await again.set('a', 'y', json(1));
  const after = await again.revision();
  expect(after.revision - after.oldestRevision).toBe(5);
});

it('drops what is too old for the log, for a history, and deleted keys', async () => {
  const path = scratchPath();
  const clock = { ms: 1_700_000_000_000 };
  const options = { now: () => clock.ms, logAgeMs: 60_000, historyAgeMs: 3_600_000, tombstoneAgeMs: 7_200_000 };
  const store = await openStore(path, options);
  for (const n of [1, 2, 3]) await store.set('a', 'x', json(n));
  for (const key of ['gone', 'back']) {
    await store.set('a', key, json(1));
    await store.delete('a', key);
  }
  await store.setAlias('second', 'x');
  expect(await store.revision()).toMatchObject({ oldestRevision: 0 });
  const versions = async (): Promise<string[]> => versionsOf((await store.versions('a', 'x')).entries);
  const step = async (ms: number): Promise<void> => {
    clock.ms += ms;
    const { revision } = await store.set('b', 'y', json(0));
    await vi.waitUntil(async () => (await store.revision()).oldestRevision === revision - 1, { timeout: 30_000 });
  };
  await step(60_001);
  expect(await versions()).toEqual(['3', '2', '1']);
  await step(3_600_000);
  await vi.waitUntil(async () => (await versions()).join() === '3', { timeout: 30_000 });
  // The two versions that were replaced, the change of the alias, and an older change of the other key or two.
  const { steps, changes, durationMs } = store.compaction() ?? { steps: 0, changes: 0, durationMs: 0 };
  expect(steps).toBeGreaterThanOrEqual(2);
  expect(changes).toBeGreaterThanOrEqual(3);
  expect(durationMs).toBeGreaterThan(0);
  await store.set('a', 'back', json(2));
  expect((await store.get('a', 'back')).version).toBe(2);
  await store.delete('a', 'back');
  await step(3_600_000);
  // Its deletion is out of the log and old enough, so that nobody can know its versions any more; that of the other is not.
  const isForgotten = () =>
    store.versions('a', 'gone', { includeDeleted: true }).then(
      () => false,
      () => true,
    );
  await vi.waitUntil(isForgotten, { timeout: 30_000 });
  expect((await store.set('a', 'gone', json(1))).version).toBe(1);
  expect((await store.set('a', 'back', json(3))).version).toBe(3);
  expect((await store.getAlias('second')).target).toBe('x');
  await store.close();
  const kept = await openStore(path, { ...options, tombstoneAgeMs: 0 });
  await kept.delete('a', 'gone');
  clock.ms += 10 * 7_200_000;
  const { revision } = await kept.set('b', 'y', json(0));
  await vi.waitUntil(async () => (await kept.revision()).oldestRevision === revision - 1, { timeout: 30_000 });
  expect((await kept.set('a', 'gone', json(1))).version).toBe(2);
});
