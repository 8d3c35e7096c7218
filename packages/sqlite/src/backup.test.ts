import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { backupSqlite, SqliteStore } from './index.js';
import { fill, json, openStore, scratchPath } from './test/scratch.js';

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
