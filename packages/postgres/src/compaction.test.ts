import { Client } from 'pg';
import { expect, it } from 'vitest';
import type { PostgresStore } from './index.js';
import { json, newPrefix, openStore, sharedUrl } from './test/scratch.js';

async function rowsIn(tablePrefix: string): Promise<number> {
  const client = new Client({ connectionString: sharedUrl() });
  await client.connect();
  const { rows } = await client.query<{ rows: string }>(`SELECT count(*) AS rows FROM ${tablePrefix}changes`);
  await client.end();
  return Number(rows[0]?.rows);
}

/** Writes until the log begins at `revision` or later: it is compacted beside the writes. */
async function writeUntilCompacted(store: PostgresStore, revision: number): Promise<void> {
  while ((await store.revision()).oldestRevision < revision) await store.set('b', 'y', json(0));
}

it('keeps the newest revisions of the log, the newest versions of a key, and every key', async () => {
  const tablePrefix = newPrefix();
  const store = await openStore({ tablePrefix, historyLimit: 3, logLimit: 10 });
  await store.set('a', 'old', json('still here'));
  await store.setAlias('second', 'old');
  await store.set('a', 'gone', json(1));
  await store.delete('a', 'gone');
  for (let n = 1; n <= 200; n += 1) await store.set('a', 'hot', json(n));
  await writeUntilCompacted(store, 204);

  const { revision, oldestRevision } = await store.revision();
  expect(revision - oldestRevision).toBeGreaterThanOrEqual(10);
  expect((await store.get('a', 'old')).revision).toBe(1);
  expect((await store.getAlias('second')).revision).toBe(2);
  const hot = (await store.versions('a', 'hot')).entries.map(({ version }) => version);
  expect(hot).toEqual([200, 199, 198]);
  const gone = await store.versions('a', 'gone', { includeDeleted: true });
  expect(gone.entries.map(({ version, deleted }) => [version, deleted])).toEqual([
    [1, true],
    [1, false],
  ]);
  // `old`, `gone` and its tombstone, three of `hot`, three of `y` at most, and the window.
  expect(await rowsIn(tablePrefix)).toBeLessThanOrEqual(1 + 2 + 3 + 3 + (revision - oldestRevision));

  const early = store.watch({}, { startRevision: oldestRevision - 1 });
  await expect(early.next()).rejects.toMatchObject({ code: 'revision_compacted' });
  const resumed = store.watch({}, { startRevision: oldestRevision });
  expect((await resumed.next()).value).toMatchObject({ revision: oldestRevision + 1 });
  resumed.close();
});

it('keeps the log to a limit in bytes', async () => {
  const store = await openStore({ tablePrefix: newPrefix(), historyLimit: 2, logBytes: 10_000 });
  for (let n = 0; n < 30; n += 1) await store.set('a', 'x', json('x'.repeat(800)));
  await writeUntilCompacted(store, 20);
  const { revision, oldestRevision } = await store.revision();
  // A change weighs its value, 802 bytes, and 200 more; those of `y` 201.
  expect(revision - oldestRevision).toBeGreaterThanOrEqual(9);
});

it('drops what is too old for the log, for a history, and deleted keys', async () => {
  const clock = { ms: 1_700_000_000_000 };
  // So short a log that every few writes look for what is too old.
  const ages = { logAgeMs: 60_000, historyAgeMs: 3_600_000, tombstoneAgeMs: 7_200_000 };
  const store = await openStore({ tablePrefix: newPrefix(), logBytes: 2_000, now: () => clock.ms, ...ages });
  for (const n of [1, 2, 3]) await store.set('a', 'x', json(n));
  await store.set('a', 'gone', json(1));
  await store.delete('a', 'gone');
  const versions = async (): Promise<number[]> =>
    (await store.versions('a', 'x')).entries.map(({ version }) => version);
  const writeUntil = async (isDone: () => Promise<boolean>): Promise<void> => {
    while (!(await isDone())) await store.set('b', 'y', json('y'.repeat(300)));
  };
  await writeUntil(async () => (await store.revision()).oldestRevision > 5);
  expect(await versions()).toEqual([3, 2, 1]);
  clock.ms += 3_600_001;
  await writeUntil(async () => (await versions()).join() === '3');
  expect((await store.versions('a', 'gone', { includeDeleted: true })).entries).toHaveLength(2);
  clock.ms += 7_200_000;
  await writeUntil(() =>
    store.versions('a', 'gone', { includeDeleted: true }).then(
      () => false,
      () => true,
    ),
  );
  expect((await store.set('a', 'gone', json(1))).version).toBe(1);
  // Two versions of one key, and a value and its deletion of the other, at least.
  expect(store.compaction()?.changes).toBeGreaterThanOrEqual(4);
  expect(store.compaction()?.steps).toBeGreaterThanOrEqual(2);
});
