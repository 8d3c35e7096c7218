import { copyFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Logger } from '@cfg/core';
import { Sealer } from '@cfg/core/store';
import { expect, it, onTestFinished } from 'vitest';
import { Committer } from './committer.js';
import { openReading, openWriting } from './database-file.js';
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

it.each(['', '-wal'])(
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

it('takes no other file for its own', async () => {
  const path = scratchPath();
  const store = await openStore(path);
  await store.set('a', 'x', json(1));
  copyFileSync(path, `${path}.copy`);
  rmSync(path);
  renameSync(`${path}.copy`, path);
  expect(await store.health()).toMatchObject({ ok: false });
  await expect(store.set('a', 'x', json(2))).rejects.toMatchObject({ code: 'unavailable' });
});

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
