import { copyFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { Change } from '@cfg/core';
import { expect, it } from 'vitest';
import { dataOf, openStore, scratchPath } from './test/scratch.js';

/*
 * schema-1.db was written by the release before schema 2, with historyLimit 3 and logLimit 20: a key that stays, an
 * alias, a deleted key, the default namespace, 30 versions of `hot` with request ids r1 to r30, an entry that expires
 * and a large opaque value.
 */
const fixture = fileURLToPath(new URL('./test/fixtures/schema-1.db', import.meta.url));
const limits = { historyLimit: 3, logLimit: 20, now: () => 1_700_000_100_000 };

it('brings a file of schema 1 up to date, and loses nothing', async () => {
  const path = scratchPath();
  copyFileSync(fixture, path);
  const store = await openStore(path, limits);
  expect(await store.revision('a')).toEqual({
    revision: 37,
    oldestRevision: 17,
    logId: 'd6cf609d-777e-4e34-8b67-d98435fb90cb',
    namespaceRevision: 37,
  });
  expect(await store.get('a', 'old').then((entry) => [dataOf(entry), entry.revision, entry.author])).toEqual([
    'still here',
    1,
    '',
  ]);
  expect(await store.getAlias('second')).toMatchObject({ target: 'old', revision: 2 });
  expect((await store.get('a', 'large')).size).toBe(20_000);
  expect(await store.get('b:c', 'brief')).toMatchObject({ expiresAtMs: 1_700_003_635_000 });
  const gone = await store.versions('a', 'gone', { includeDeleted: true });
  expect(gone.entries.map(({ version, deleted }) => [version, deleted])).toEqual([
    [1, true],
    [1, false],
  ]);
  // Of what had left the log, the trail has what is still in a history.
  const { records } = await store.audit({ key: 'old' });
  expect(records.map(({ operation, entry }) => [operation, entry.revision, dataOf(entry)])).toEqual([
    ['set', 1, 'still here'],
  ]);
  const stream = store.watch({}, { startRevision: 17 });
  for (let revision = 18; revision <= 37; revision += 1) {
    expect((await stream.next()).value as Change).toMatchObject({ revision, more: false });
  }
  stream.close();
});

it('goes on writing into it: versions, requests and limits as before', async () => {
  const path = scratchPath();
  copyFileSync(fixture, path);
  const store = await openStore(path, limits);
  const value = { bytes: Buffer.from('31'), codec: 'json', type: 'int' as const };
  expect((await store.set('a', 'hot', value, { requestId: 'r30' })).version).toBe(30);
  expect(await store.set('a', 'hot', value, { author: 'ann' })).toMatchObject({ version: 31, revision: 38 });
  expect((await store.set('a', 'gone', value)).version).toBe(2);
  expect(await store.revision()).toMatchObject({ revision: 39, oldestRevision: 19 });
  await store.close();

  const db = new DatabaseSync(path, { readOnly: true });
  expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 6 });
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  // The weight of the log goes on from what the old changes weigh.
  const rows = db.prepare('SELECT revision, log_bytes, length(bytes) AS size FROM changes ORDER BY revision').all();
  let followed = 0;
  for (const [index, row] of rows.entries()) {
    const before = rows[index - 1];
    if (before?.revision !== (row.revision as number) - 1) continue;
    expect(row.log_bytes).toBe((before.log_bytes as number) + 200 + (row.size as number));
    followed += 1;
  }
  expect(followed).toBeGreaterThan(15);
  db.close();
});
