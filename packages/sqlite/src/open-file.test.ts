import { renameSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from './database-file.js';
import { OpenFile } from './open-file.js';
import { completeOptions } from './options.js';
import { json, openStore, scratchPath } from './test/scratch.js';

it('fails a batch as a whole where the disk is full, and goes on when it is not', async () => {
  const path = scratchPath();
  const logged: string[] = [];
  const log = (_: object, message = ''): void => void logged.push(message);
  const settings = completeOptions(path, { logger: { debug: log, info: log, warn: log, error: log } });
  const connections = openDatabase(path, 0);
  const file = new OpenFile(settings, connections, () => {});
  onTestFinished(() => file.close());
  const set = (key: string, size: number): Promise<unknown> => {
    const value = { bytes: new Uint8Array(size).fill(1), codec: 'raw', type: 'custom' as const };
    return file.queue.submit({ type: 'set', namespace: 'a', key, value, options: {} });
  };
  await set('first', 10);
  connections.writing.exec('PRAGMA max_page_count = 30');
  const outcomes = await Promise.allSettled([set('small', 10), set('large', 1_000_000), set('first', 10)]);
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    expect(`${(outcome as PromiseRejectedResult).reason.message}`).toMatch(/disk is full/);
  }
  expect(logged).toEqual(['a commit failed']);
  expect(file.reader.head().revision).toBe(1);
  expect(file.reader.get('a', 'first')?.version).toBe(1);

  const watch = file.follower.watch({}, {});
  await set('small', 10);
  expect(file.health()).toEqual({ ok: true });
  expect((await watch.next()).value).toMatchObject({ revision: 2, entry: { key: 'small', version: 1 } });

  connections.writing.exec('PRAGMA max_page_count = 100000');
  await set('large', 1_000_000);
  expect((await watch.next()).value).toMatchObject({ revision: 3, entry: { key: 'large', version: 1 } });
  watch.close();
});

it('waits for another that writes, but not for ever', async () => {
  const path = scratchPath();
  const store = await openStore(path, { busyTimeoutMs: 100 });
  const patient = await openStore(path, { busyTimeoutMs: 60_000 });
  const { writing, reading } = openDatabase(path, 0);
  writing.exec('BEGIN IMMEDIATE');
  const aborted = store.set('a', 'x', json(1), { signal: AbortSignal.timeout(10) });
  await expect(aborted).rejects.toMatchObject({ name: 'TimeoutError' });
  const write = store.set('a', 'x', json(1));
  await expect(write).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(/another process/) });
  const waiting = patient.set('a', 'x', json(2));
  setTimeout(() => writing.exec('COMMIT'), 30);
  expect(await waiting).toMatchObject({ version: 1, revision: 1 });
  writing.close();
  reading.close();
});

it('is not healthy when its file is gone', async () => {
  const path = scratchPath();
  const store = await openStore(path);
  expect(await store.health()).toEqual({ ok: true });
  renameSync(path, `${path}.old`);
  expect(await store.health()).toMatchObject({ ok: false, message: expect.stringMatching(/removed or replaced/) });
  await store.close();
  expect(await store.health()).toMatchObject({ ok: false });
});
