import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { backupSqlite, restoreSqlite, SqliteStore } from './index.js';
import { dataOf, fill, json, openStore, scratchPath } from './test/scratch.js';

it('copies a file that is being written, as of one moment, and gives each copy in use a log of its own', async () => {
  const path = scratchPath();
  const store = await openStore(path);
  await fill(store, 'a', 2_000, json('x'.repeat(200)));
  let writing = true;
  const writes = (async () => {
    for (let n = 0; writing; n += 1) {
      const value = json(n);
      await store.batch('pair', [
        { type: 'set', key: 'one', value },
        { type: 'set', key: 'other', value },
      ]);
    }
  })();
  const target = scratchPath('backup.db');
  await backupSqlite(path, target);
  writing = false;
  await writes;
  expect(existsSync(`${target}.partial`)).toBe(false);

  const places = [scratchPath(), scratchPath()];
  for (const place of places) copyFileSync(target, place);
  const restored = await Promise.all(places.map((place) => openStore(place)));
  const { logId } = await store.revision();
  const ids = await Promise.all(restored.map(async (each) => (await each.revision()).logId));
  expect(new Set([logId, ...ids]).size).toBe(3);
  const [first] = restored;
  if (first === undefined) expect.fail('no copy');
  expect((await first.find('a')).entries).toHaveLength(2_000);
  const pair = (await first.find('pair')).entries.map(({ version }) => version);
  expect(pair[0]).toBe(pair[1]);
  const early = first.watch({}, { startRevision: 1, logId });
  await expect(early.next()).rejects.toMatchObject({ code: 'revision_compacted' });
  await first.close();
  const again = await openStore(places[0] ?? '');
  expect((await again.revision()).logId).toBe(ids[0]);
});

it('refuses what is no store, and overwrites nothing', async () => {
  const path = scratchPath();
  await (await openStore(path)).close();
  const taken = scratchPath();
  writeFileSync(taken, 'precious');
  await expect(backupSqlite(path, taken)).rejects.toMatchObject({
    code: 'invalid_argument',
    message: /exists already/,
  });
  expect(readFileSync(taken, 'utf8')).toBe('precious');
  await expect(backupSqlite(taken, scratchPath())).rejects.toMatchObject({ code: 'invalid_argument' });
  await expect(backupSqlite(scratchPath(), scratchPath())).rejects.toMatchObject({ code: 'unavailable' });
});

it('finds damage when it starts after a crash, and names a way out', async () => {
  const path = scratchPath();
  const store = await openStore(path);
  await fill(store, 'a', 3_000, json('x'.repeat(200)));
  await store.close();
  // The process ends without closing the file.
  spawnSync(process.execPath, [join(import.meta.dirname, '../dist/test/crash-process.js'), path]);
  expect(existsSync(`${path}-wal`)).toBe(true);
  truncateSync(path, 4096 * 40);
  const damaged = new SqliteStore(path);
  await expect(damaged.connect()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/damaged|malformed/),
  });
});

it('restores a backup, in the place of a file only where told to and nobody has it open', async () => {
  const path = scratchPath();
  const store = await openStore(path);
  await store.set('a', 'x', json('then'));
  const { logId } = await store.revision();
  const backup = scratchPath('backup.db');
  await backupSqlite(path, backup);
  await store.set('a', 'x', json('now'));

  const elsewhere = scratchPath();
  expect(await restoreSqlite(backup, elsewhere)).toBe(undefined);
  const other = await openStore(elsewhere);
  expect(dataOf(await other.get('a', 'x'))).toBe('then');
  expect((await other.revision()).logId).not.toBe(logId);

  await expect(restoreSqlite(backup, path)).rejects.toMatchObject({ code: 'invalid_argument', message: /exists/ });
  await expect(restoreSqlite(backup, path, { replace: true })).rejects.toMatchObject({
    code: 'unavailable',
    message: /stop it first/,
  });
  await store.set('a', 'y', json('still'));
  await store.close();
  const kept = (await restoreSqlite(backup, path, { replace: true })) ?? '';
  expect(existsSync(`${path}.restoring`)).toBe(false);
  const [old, restored] = [await openStore(kept), await openStore(path)];
  expect([dataOf(await old.get('a', 'x')), dataOf(await old.get('a', 'y'))]).toEqual(['now', 'still']);
  expect(dataOf(await restored.get('a', 'x'))).toBe('then');
  await expect(restored.get('a', 'y')).rejects.toMatchObject({ code: 'not_found' });
  await expect(restoreSqlite(scratchPath(), scratchPath())).rejects.toMatchObject({ code: 'unavailable' });
});
