import type { Change } from '@cfg/core';
import { expect, it } from 'vitest';
import { fill, json, openStore, scratchPath } from './test/scratch.js';

const poll = { pollIntervalMs: 10 };

it('shows watches what another store writes into the file, however much at once', async () => {
  const path = scratchPath();
  const [one, other] = [await openStore(path, poll), await openStore(path)];
  const waiting = one.watch({ namespaces: ['a'] });
  const next = waiting.next();
  await other.set('a', 'x', json(1));
  expect((await next).value).toMatchObject({ type: 'set', revision: 1 });

  const afterMany = waiting.next();
  await fill(other, 'b', 5_000, json(1));
  await other.set('a', 'x', json(2));
  expect((await afterMany).value).toMatchObject({
    type: 'set',
    revision: 5_002,
    entry: { namespace: 'a', version: 2 },
  });

  // And together with what it writes itself, before it has looked.
  await other.set('a', 'x', json(3));
  await one.set('a', 'x', json(4));
  expect((await waiting.next()).value).toMatchObject({ revision: 5_003, entry: { version: 3 } });
  expect((await waiting.next()).value).toMatchObject({ revision: 5_004, entry: { version: 4 } });
  waiting.close();
});

it('resumes from a revision that only another store has seen', async () => {
  const path = scratchPath();
  const [one, other] = [await openStore(path, { pollIntervalMs: 0 }), await openStore(path)];
  const { revision } = await other.set('a', 'x', json(1));
  await other.set('a', 'x', json(2));
  const stream = one.watch({}, { startRevision: revision });
  expect((await stream.next()).value).toMatchObject({ revision: 2 });
  stream.close();
});

it('tells a watch that another store compacted what it has not seen', async () => {
  const path = scratchPath();
  const [one, other] = [await openStore(path, poll), await openStore(path, { logLimit: 10 })];
  const stream = one.watch();
  const compacted = expect(stream.next()).rejects.toMatchObject({ code: 'revision_compacted' });
  await fill(other, 'a', 3_000, json(1));
  await compacted;
});

it('deletes what expires after the store that wrote it is gone', async () => {
  const path = scratchPath();
  const [one, other] = [await openStore(path, poll), await openStore(path)];
  const stream = one.watch();
  await other.set('a', 'x', json(1), { ttlMs: 100 });
  await other.close();
  expect((await stream.next()).value).toMatchObject({ type: 'set', revision: 1 });
  expect((await stream.next()).value).toMatchObject({ type: 'delete', revision: 2 });
  stream.close();
});

it('shares one entry among those who read it', async () => {
  const store = await openStore(scratchPath());
  const stream = store.watch();
  const written = await store.set('a', 'x', json(1));
  const change = (await stream.next()).value as Change;
  expect(change.entry).toBe(written);
  expect(await store.get('a', 'x')).toBe(written);
  expect((await store.find('a')).entries[0]).toBe(written);
  stream.close();
  const cacheless = await openStore(scratchPath(), { cacheBytes: 0 });
  await cacheless.set('a', 'x', json(1));
  expect(await cacheless.get('a', 'x')).not.toBe(await cacheless.get('a', 'x'));
});

it('does not hold bytes that the caller may change', async () => {
  const store = await openStore(scratchPath());
  const bytes = Buffer.from('1234');
  const write = store.set('a', 'x', { bytes, codec: 'raw', type: 'custom' });
  bytes.fill(0);
  expect(Buffer.from((await write).bytes).toString()).toBe('1234');
  expect(Buffer.from((await store.get('a', 'x')).bytes).toString()).toBe('1234');
});
