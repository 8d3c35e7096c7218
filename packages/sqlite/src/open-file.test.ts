import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Logger } from '@cfg/core';
import { Sealer } from '@cfg/core/store';
import { expect, it, onTestFinished } from 'vitest';
import { Committer } from './committer.js';
import { openReading, openWriting } from './database-file.js';
import { FileIdentity } from './file-identity.js';
import { backupSqlite, openSqliteKeys, restoreSqlite } from './index.js';
import { completeOptions } from './options.js';
import { fill, json, openStore, scratchPath } from './test/scratch.js';

/** A logger, and the messages that it was given. */
function recorder(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const log = (_: object, message = ''): void => void lines.push(message);
  return { logger: { debug: log, info: log, warn: log, error: log }, lines };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

it('fails a batch as a whole where the disk is full, and goes on when it is not', () => {
  const settings = completeOptions(scratchPath(), {});
  openReading(settings).close();
  const db = openWriting(settings);
  onTestFinished(() => db.close());
  const committer = new Committer(db, settings, new Sealer());
  const set = (key: string, size: number) => {
    const value = { bytes: new Uint8Array(size).fill(1), codec: 'raw', type: 'custom' as const };
    return { type: 'set' as const, namespace: 'a', key, value, options: {} };
  };
  committer.commit([set('first', 10)], 1);
  db.exec('PRAGMA max_page_count = 30');
  const many = [set('small', 10), set('large', 1_000_000), set('first', 10)];
  expect(() => committer.commit(many, 2)).toThrow(/full/);
  const { changes } = committer.commit([set('small', 10)], 3);
  expect(changes).toMatchObject([{ revision: 2, entry: { key: 'small', version: 1 } }]);
  db.exec('PRAGMA max_page_count = 100000');
  expect(committer.commit(many, 4).changes.map(({ revision }) => revision)).toEqual([3, 4, 5]);
});

it('waits for another that writes, but not for ever', async () => {
  const path = scratchPath();
  const store = await openStore(path, { busyTimeoutMs: 0 });
  const patient = await openStore(path, { busyTimeoutMs: 120_000 });
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  const aborted = patient.set('a', 'x', json(1), { signal: AbortSignal.timeout(10) });
  await expect(aborted).rejects.toMatchObject({ name: 'TimeoutError' });
  const write = store.set('a', 'x', json(1));
  await expect(write).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(/another process/) });
  expect(await store.health()).toEqual({ ok: true });
  const waiting = patient.set('a', 'x', json(2));
  other.exec('COMMIT');
  expect(await waiting).toMatchObject({ version: 1, revision: 1 });
});

it.each(['', '-wal', '-shm'])(
  'acknowledges nothing while its file%s is elsewhere, says so, and goes on when it is back',
  async (file) => {
    const path = scratchPath();
    const { logger, lines } = recorder();
    const store = await openStore(path, { logger });
    await store.set('a', 'x', json(1));
    expect(await store.health()).toEqual({ ok: true });
    renameSync(path + file, `${path}.old`);
    expect(await store.health()).toMatchObject({ ok: false, message: expect.stringMatching(/removed or replaced/) });
    await expect(store.set('a', 'x', json(2))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/removed or replaced/),
    });
    // Also where nobody writes.
    await until(() => lines.includes('writes fail until the SQLite file is back'));
    renameSync(`${path}.old`, path + file);
    await until(() => lines.includes('the SQLite file is back'));
    expect(await store.health()).toEqual({ ok: true });
    expect(await store.set('a', 'x', json(3))).toMatchObject({ version: 2, revision: 2 });
  },
);

it.each<readonly [string, (path: string) => void]>([
  [
    'a copy is in its place',
    (path) => {
      copyFileSync(path, `${path}.copy`);
      renameSync(`${path}.copy`, path);
    },
  ],
  [
    'a link leads to where it is now',
    (path) => {
      mkdirSync(`${path}.dir`);
      renameSync(path, `${path}.dir/moved.db`);
      symlinkSync(`${path}.dir/moved.db`, path);
    },
  ],
  ['its folder was renamed', (path) => renameSync(dirname(path), `${dirname(path)}.moved`)],
])('writes nothing where %s: whoever opened it now would write past it', async (_, change) => {
  const path = `${dirname(scratchPath())}/inner/config.db`;
  mkdirSync(dirname(path));
  const store = await openStore(path);
  await store.set('a', 'x', json(1));
  change(path);
  expect(await store.health()).toMatchObject({ ok: false });
  await expect(store.set('a', 'x', json(2))).rejects.toMatchObject({ code: 'unavailable' });
});

it.each<readonly [string, (path: string) => void]>([
  ['overwritten with an older state', (path) => writeFileSync(path, readFileSync(`${path}.old`))],
  ['cut', (path) => truncateSync(path, 0)],
])('notices that its file was %s in its place, and writes nothing into it any more', async (_, change) => {
  const path = scratchPath();
  const { logger, lines } = recorder();
  const store = await openStore(path, { logger });
  const other = new DatabaseSync(path);
  const empty = (): unknown => other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  await store.set('a', 'x', json(1));
  empty();
  copyFileSync(path, `${path}.old`);
  await store.set('a', 'x', json(2));
  empty();
  other.close();
  change(path);
  await until(() => lines.includes('the SQLite file is damaged'));
  expect(await store.health()).toMatchObject({ ok: false, message: expect.stringMatching(/damaged/) });
  await expect(store.set('a', 'x', json(3))).rejects.toMatchObject({ code: 'unavailable' });
});

it('follows a link to its file, beside which the write-ahead log is', async () => {
  const path = scratchPath();
  const link = scratchPath('link.db');
  await (await openStore(path)).close();
  symlinkSync(path, link);
  const identity = new FileIdentity(link);
  const store = await openStore(link);
  await store.set('a', 'x', json(1));
  expect(identity.check()).toBe(statSync(`${path}-wal`).size);
  renameSync(`${path}-wal`, `${path}.old`);
  await expect(store.set('a', 'x', json(2))).rejects.toMatchObject({ code: 'unavailable' });
  renameSync(`${path}.old`, `${path}-wal`);
  expect((await store.set('a', 'x', json(2))).version).toBe(2);
});

it.runIf(process.platform === 'linux')(
  'keeps its lock on the file, whatever else the process does with it',
  async ({ skip }) => {
    const path = scratchPath();
    const store = await openStore(path);
    await store.set('a', 'x', json(1));
    const { ino } = statSync(path);
    const locks = (): string[] =>
      readFileSync('/proc/locks', 'utf8')
        .split('\n')
        .filter((line) => line.includes(`:${ino} `) && line.includes(` ${process.pid} `))
        .map((line) => line.replace(/^\d+: /, ''));
    const before = locks();
    // The inodes of some file systems are not those of /proc/locks.
    skip(before.length === 0, 'this file system does not tell its locks');
    await backupSqlite(path, `${path}.backup`);
    await openSqliteKeys(path).close();
    await expect(restoreSqlite(`${path}.backup`, path, { replace: true })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(locks()).toEqual(before);
  },
);

it('bounds the write-ahead log where another process reads an old state for long', async () => {
  const path = scratchPath();
  const mebibyte = 1024 * 1024;
  const store = await openStore(path, { walLimitBytes: 64 * mebibyte, logBytes: mebibyte, historyLimit: 1 });
  const value = { bytes: new Uint8Array(mebibyte - 1024).fill(1), codec: 'raw', type: 'custom' as const };
  const walBytes = (): number => statSync(`${path}-wal`).size;
  await store.set('a', 'x', value);
  const reader = new DatabaseSync(path);
  onTestFinished(() => reader.close());
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM changes').get();

  let refused: unknown;
  for (let n = 0; n < 200 && refused === undefined; n += 1) {
    await store.set('a', 'x', value).catch((error: unknown) => {
      refused = error;
    });
  }
  expect(refused).toMatchObject({ code: 'unavailable', message: expect.stringMatching(/another process reads/) });
  // The limit, and the one commit that went over it.
  expect(walBytes()).toBeLessThan(70 * mebibyte);
  expect(await store.health()).toMatchObject({ ok: false });

  reader.exec('COMMIT');
  await store.set('a', 'x', value);
  expect(walBytes()).toBeLessThan(8 * mebibyte);
  expect(await store.health()).toEqual({ ok: true });
});

it('tells that durability is relaxed', async () => {
  const store = await openStore(scratchPath(), { durability: 'relaxed' });
  await fill(store, 'a', 10, json(1));
  expect(await store.health()).toEqual({ ok: true, message: expect.stringMatching(/relaxed/) });
});

it('leaves the event loop alone while the disk is slow', async () => {
  const path = scratchPath();
  const store = await openStore(path);
  await store.set('a', 'x', json(1));
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  // As good as a disk that does not answer: nothing can be written meanwhile.
  other.exec('BEGIN IMMEDIATE');
  const write = store.set('a', 'x', json(2));
  let turns = 0;
  while (turns < 1_000) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
    expect((await store.get('a', 'x')).version).toBe(1);
  }
  other.exec('COMMIT');
  expect((await write).version).toBe(2);
});
