import { expect, it } from 'vitest';
import type { EncodedValue } from '../contract/entry.js';
import { MemoryStore } from './memory-store.js';
import type { MemoryStoreOptions } from './options.js';

const value = (n: number): EncodedValue => ({ bytes: Buffer.from(String(n)), codec: 'json', type: 'int' });

async function connected(options: MemoryStoreOptions): Promise<MemoryStore> {
  const store = new MemoryStore(options);
  await store.connect();
  return store;
}

it('keeps so many versions of a key', async () => {
  await using store = await connected({ historyLimit: 3 });
  for (let n = 1; n <= 20; n += 1) {
    await store.set('ns', 'a', value(n));
    const { entries } = await store.versions('ns', 'a');
    const kept = Array.from({ length: Math.min(n, 3) }, (_, i) => n - i);
    expect(entries.map((entry) => entry.version)).toEqual(kept);
  }
  await expect(store.versions('ns', 'a', { version: 17 })).rejects.toMatchObject({ code: 'version_not_found' });
});

it('keeps so many changes, and says from where on', async () => {
  await using store = await connected({ logLimit: 100 });
  for (let n = 1; n <= 5_000; n += 1) await store.set('ns', 'a', value(n), { requestId: `r${n}` });
  const { oldestRevision, revision } = await store.revision();
  expect(revision - oldestRevision).toBe(100);
  const stream = store.watch({}, { startRevision: oldestRevision });
  expect(await stream.next()).toMatchObject({ value: { revision: oldestRevision + 1 } });
  const early = store.watch({}, { startRevision: oldestRevision - 1 });
  await expect(early.next()).rejects.toMatchObject({ metadata: { oldest_revision: String(oldestRevision) } });
  // A request id is known as long as its change.
  expect((await store.set('ns', 'a', value(0), { requestId: 'r5000' })).version).toBe(5_000);
  expect((await store.set('ns', 'a', value(0), { requestId: 'r1' })).version).toBe(5_001);
});

it('keeps no more changes than it should while they are few', async () => {
  await using store = await connected({ logLimit: 5 });
  for (let n = 1; n <= 20; n += 1) await store.set('ns', 'a', value(n));
  expect(await store.revision()).toMatchObject({ revision: 20, oldestRevision: 15 });
  const early = store.watch({}, { startRevision: 14 });
  await expect(early.next()).rejects.toMatchObject({ metadata: { oldest_revision: '15' } });
  const stream = store.watch({}, { startRevision: 15 });
  for (let n = 16; n <= 20; n += 1) expect(await stream.next()).toMatchObject({ value: { revision: n } });
});

it('goes by its clock, also when it jumps', async () => {
  let now = 1_000_000;
  await using store = await connected({ now: () => now });
  await store.set('ns', 'late', value(1), { ttlMs: 3_600_000 });
  await store.set('ns', 'soon', value(1), { ttlMs: 60_000 });
  const stream = store.watch();
  now += 7_200_000;
  await expect(store.get('ns', 'late')).rejects.toMatchObject({ code: 'not_found' });
  expect((await store.find('ns')).entries).toEqual([]);
  expect(await stream.next()).toMatchObject({ value: { type: 'delete', entry: { key: 'soon' } } });
  expect(await stream.next()).toMatchObject({ value: { type: 'delete', entry: { key: 'late' } } });
  now = 0;
  expect(await store.set('ns', 'late', value(2), { ttlMs: 1_000 })).toMatchObject({ version: 2, expiresAtMs: 1_000 });
});

it('names an option that cannot be meant', () => {
  expect(() => new MemoryStore({ historyLimit: 0 })).toThrow('historyLimit must be a whole number from 1');
  expect(() => new MemoryStore({ logLimit: 1.5 })).toThrow('logLimit');
});

it('keeps the log to a limit in bytes, and what is behind it is compacted', async () => {
  await using store = await connected({ logBytes: 100_000, historyLimit: 2 });
  for (let n = 1; n <= 50; n += 1) {
    await store.set('ns', 'a', { bytes: Buffer.alloc(9_800), codec: 'raw', type: 'custom' });
  }
  // A change weighs its value and 200 bytes more.
  expect(await store.revision()).toMatchObject({ revision: 50, oldestRevision: 40 });
  const early = store.watch({}, { startRevision: 39 });
  await expect(early.next()).rejects.toMatchObject({ code: 'revision_compacted', metadata: { oldest_revision: '40' } });
  await store.set('ns', 'a', { bytes: Buffer.alloc(200_000), codec: 'raw', type: 'custom' });
  expect(await store.revision()).toMatchObject({ revision: 51, oldestRevision: 51 });
});

it('keeps the history of all keys to a limit in bytes', async () => {
  await using store = await connected({ logLimit: 1, historyBytes: 50_000 });
  const large = { bytes: Buffer.alloc(9_800), codec: 'raw', type: 'custom' as const };
  for (const key of ['a', 'b']) for (let n = 0; n < 10; n += 1) await store.set('ns', key, large);
  const versionsOf = async (key: string) => (await store.versions('ns', key)).entries.map((entry) => entry.version);
  // Five past versions fit; the newest one of `b` before the current one is still in the log.
  expect(await versionsOf('a')).toEqual([10]);
  expect(await versionsOf('b')).toEqual([10, 9, 8, 7, 6, 5]);
  await expect(store.get('ns', 'a', { atRevision: 9 })).rejects.toMatchObject({ code: 'revision_compacted' });
  expect((await store.get('ns', 'b', { atRevision: 19 })).version).toBe(9);
});

it('reads at every revision that the history still reaches, and at no other', async () => {
  await using store = await connected({ logLimit: 3, historyLimit: 4 });
  for (let n = 1; n <= 10; n += 1) await store.set('ns', 'a', value(n));
  await store.delete('ns', 'a');
  await store.set('ns', 'b', value(1));
  const at = (atRevision: number): Promise<unknown> =>
    store.get('ns', 'a', { atRevision }).then(
      ({ version }) => version,
      ({ code }) => code,
    );
  expect(await Promise.all([6, 7, 8, 9, 10, 11, 12].map(at))).toEqual([
    'revision_compacted',
    7,
    8,
    9,
    10,
    'not_found',
    'not_found',
  ]);
  await expect(store.find('ns', { atRevision: 6 })).rejects.toMatchObject({ code: 'revision_compacted' });
  expect((await store.find('ns', { prefix: 'b', atRevision: 6 })).entries).toEqual([]);
});

it('forgets what is too old: changes in the log, and deleted keys that are no longer in it', async () => {
  const clock = { ms: 1_700_000_000_000 };
  await using store = await connected({ now: () => clock.ms, logAgeMs: 60_000, tombstoneAgeMs: 3_600_000 });
  await store.set('ns', 'gone', value(1));
  await store.delete('ns', 'gone');
  await store.set('ns', 'back', value(1));
  await store.delete('ns', 'back');
  await store.set('ns', 'back', value(2));
  clock.ms += 60_000;
  await store.set('ns', 'other', value(1));
  expect(await store.revision()).toMatchObject({ revision: 6, oldestRevision: 5 });
  expect((await store.versions('ns', 'gone', { includeDeleted: true })).entries).toHaveLength(2);
  clock.ms += 3_600_000;
  await store.set('ns', 'other', value(2));
  await expect(store.versions('ns', 'gone', { includeDeleted: true })).rejects.toMatchObject({ code: 'not_found' });
  expect((await store.find('ns', { includeDeleted: true })).entries.map(({ key }) => key)).toEqual(['back', 'other']);
  expect((await store.set('ns', 'gone', value(3))).version).toBe(1);
  expect((await store.get('ns', 'back')).version).toBe(2);
});

it('drops versions that were replaced too long ago, but not what a deleted key had last', async () => {
  const clock = { ms: 1_700_000_000_000 };
  const ages = { logAgeMs: 60_000, historyAgeMs: 3_600_000, tombstoneAgeMs: 0 };
  await using store = await connected({ now: () => clock.ms, ...ages });
  const versions = async (key: string): Promise<string> => {
    const { entries } = await store.versions('ns', key, { includeDeleted: true });
    return entries.map(({ version, deleted }) => `${version}${deleted ? '-' : ''}`).join(' ');
  };
  const names = Array.from({ length: 20 }, (_, n) => `key-${n}`);
  for (const name of names) for (const n of [1, 2]) await store.set('ns', name, value(n));
  for (const name of ['key-0', 'key-1', 'key-2']) await store.delete('ns', name);
  clock.ms += 30_000;
  await store.set('ns', 'key-1', value(3));
  const write = async (): Promise<void> => {
    for (let n = 0; n < 60; n += 1) await store.set('other', 'busy', value(n));
  };
  clock.ms += 3_570_000;
  await write();
  // As long as their second versions are there: one was replaced later, another only deleted.
  expect(await Promise.all(names.slice(0, 4).map(versions))).toEqual(['2- 2', '3 2- 2', '2- 2', '2']);
  clock.ms += 30_000;
  await write();
  expect(await Promise.all(names.slice(0, 4).map(versions))).toEqual(['2- 2', '3', '2- 2', '2']);
  await store.set('ns', 'key-0', value(3));
  await write();
  expect(await versions('key-0')).toBe('3 2- 2');
  clock.ms += 3_600_000;
  await write();
  expect(await versions('key-0')).toBe('3');
  expect((await store.get('ns', 'key-0')).version).toBe(3);
});
