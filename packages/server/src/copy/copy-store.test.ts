import { type Entry, MemoryStore, type Store } from '@cfg/core';
import { SqliteStore } from '@cfg/sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { TempDir } from '../test/temp-dir.js';
import { copyStore } from './copy-store.js';

const json = (data: unknown) => ({ bytes: Buffer.from(JSON.stringify(data)), codec: 'json', type: 'string' as const });

async function opened<S extends Store>(store: S): Promise<S> {
  await store.connect?.();
  onTestFinished(() => store.close());
  return store;
}

function scratch(): string {
  const dir = new TempDir();
  onTestFinished(() => dir[Symbol.dispose]());
  return dir.path;
}

/** Something of everything that a store keeps. */
async function fill(store: MemoryStore | SqliteStore): Promise<void> {
  await store.set('', 'default', json(1));
  for (let n = 1; n <= 30; n += 1) await store.set('prod', 'hot', json(n), { author: 'ann', comment: `change ${n}` });
  await store.delete('prod', 'hot', { author: 'bob' });
  await store.set('prod', 'hot', json('back'));
  for (let n = 0; n < 1_200; n += 1) await store.set('many', `key-${n}`, json(n));
  await store.set('only-deleted', 'gone', json(1));
  await store.delete('only-deleted', 'gone');
  await store.set('prod', 'brief', json(1), { ttlMs: 3_600_000 });
  await store.set('prod', 'bytes', { bytes: Buffer.alloc(20_000, 7), codec: 'raw', type: 'custom' });
  await store.setAlias('second', 'hot');
}

const historyOf = async (store: MemoryStore | SqliteStore, namespace: string, key: string): Promise<object[]> =>
  (await store.versions(namespace, key, { includeDeleted: true })).entries.map((entry: Entry) => {
    const { version, deleted, createdAtMs, updatedAtMs, expiresAtMs, author, comment } = entry;
    return { version, deleted, createdAtMs, updatedAtMs, expiresAtMs, author, comment, data: [...entry.bytes].join() };
  });

it('copies histories, versions, times, authors, expiries, deleted keys and aliases', async () => {
  const from = await opened(new MemoryStore());
  await fill(from);
  const path = `${scratch()}/to.db`;
  const to = await opened(new SqliteStore(path));
  const copied = await copyStore(from, to);
  expect(copied).toMatchObject({ keys: 1_205, aliases: 1 });
  for (const [namespace, key] of [
    ['', 'default'],
    ['prod', 'hot'],
    ['prod', 'brief'],
    ['prod', 'bytes'],
    ['only-deleted', 'gone'],
  ] as const) {
    expect(await historyOf(to, namespace, key)).toEqual(await historyOf(from, namespace, key));
  }
  expect(await to.getAlias('second')).toMatchObject({
    target: 'hot',
    createdAtMs: (await from.getAlias('second')).createdAtMs,
  });
  expect((await to.set('only-deleted', 'gone', json(2))).version).toBe(2);
  // And back again.
  const back = await opened(new MemoryStore());
  expect((await copyStore(to, back)).keys).toBe(1_205);
});

it('resumes a copy that was broken off, writing nothing twice', async () => {
  const from = await opened(new MemoryStore());
  await fill(from);
  const to = await opened(new SqliteStore(`${scratch()}/to.db`));
  const stop = new Error('pulled the plug');
  const onProgress = (): void => {
    throw stop;
  };
  await expect(copyStore(from, to, { onProgress })).rejects.toBe(stop);
  const before = (await to.revision()).revision;
  expect(before).toBeGreaterThan(0);
  const { versions } = await copyStore(from, to);
  // Each version, deletion and alias was written once.
  expect((await to.revision()).revision).toBe(versions + 1);
  expect(await copyStore(from, to)).toMatchObject({ versions });
  expect((await to.revision()).revision).toBe(versions + 1);
});

it('fetches what is written to the source meanwhile', async () => {
  const from = await opened(new MemoryStore());
  await fill(from);
  const to = await opened(new MemoryStore());
  let written = 0;
  const late: Promise<unknown>[] = [];
  const onProgress = (step: string): void => {
    if (step === 'checking' && written < 2) late.push(from.set('prod', 'hot', json(`late ${written++}`)));
  };
  await copyStore(from, to, { onProgress });
  await Promise.all(late);
  expect(Buffer.from((await to.get('prod', 'hot')).bytes).toString()).toBe('"late 1"');
});

it('says so where the target has something else, or cannot take over', async () => {
  const from = await opened(new MemoryStore());
  await from.set('prod', 'a', json(1));
  const to = await opened(new MemoryStore());
  await to.set('prod', 'b', json(1));
  await expect(copyStore(from, to)).rejects.toMatchObject({
    code: 'version_mismatch',
    message: expect.stringMatching(/^the copy differs: 1 keys, .* there, 2 keys, .* here$/),
  });
  const plain = { get: () => {}, features: new Set(['versions', 'namespaces', 'aliases', 'tombstones']) };
  await expect(copyStore(from, plain as unknown as Store)).rejects.toMatchObject({ code: 'unsupported' });
});
