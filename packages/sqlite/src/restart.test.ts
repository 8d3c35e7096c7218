import type { Change } from '@cfg/core';
import { expect, it } from 'vitest';
import { dataOf, json, openStore, scratchPath } from './test/scratch.js';

it('keeps everything across a restart', async () => {
  const path = scratchPath();
  const first = await openStore(path);
  await first.set('a', 'x', json(1), { requestId: 'one' });
  await first.set('a', 'x', json(2));
  await first.set('a', 'gone', json('g'));
  await first.delete('a', 'gone');
  await first.set('b', 'brief', json(true), { ttlMs: 3_600_000 });
  await first.set('', 'x', { bytes: new Uint8Array(0), codec: 'raw', type: 'custom' });
  await first.setAlias('y', 'x');
  const before = await first.revision('a');
  const brief = await first.get('b', 'brief');
  await first.close();

  const second = await openStore(path);
  expect(await second.revision('a')).toEqual(before);
  expect(before).toMatchObject({ revision: 7, oldestRevision: 0, namespaceRevision: 4 });
  expect(dataOf(await second.get('a', 'x'))).toBe(2);
  expect(await second.get('b', 'brief')).toEqual(brief);
  expect((await second.get('', 'x')).bytes).toHaveLength(0);
  expect(await second.getAlias('y')).toMatchObject({ target: 'x', revision: 7 });
  expect((await second.namespaces()).namespaces).toEqual(['a', 'b']);
  expect((await second.stats()).namespaces).toEqual(new Map(Object.entries({ '': 1, a: 1, b: 1 })));

  const { entries } = await second.versions('a', 'gone', { includeDeleted: true });
  expect(entries.map(({ version, deleted }) => [version, deleted])).toEqual([
    [1, true],
    [1, false],
  ]);

  // The repeat of a request of the life before gets that one's answer.
  expect(await second.set('a', 'x', json('other'), { requestId: 'one' })).toMatchObject({ version: 1, revision: 1 });
  expect((await second.revision()).revision).toBe(7);

  const watch = second.watch({}, { startRevision: 2, logId: before.logId });
  const seen: string[] = [];
  await second.set('a', 'gone', json('again'));
  while (seen.length < 6) {
    const { value } = await watch.next();
    const { type, revision, entry } = value as Change;
    seen.push(`${revision} ${type} ${entry.namespace}/${entry.key} ${entry.version}`);
  }
  watch.close();
  expect(seen).toEqual([
    '3 set a/gone 1',
    '4 delete a/gone 1',
    '5 set b/brief 1',
    '6 set /x 1',
    '7 alias_set /y 1',
    '8 set a/gone 2',
  ]);
});

it('deletes what expired while it was closed', async () => {
  const path = scratchPath();
  let nowMs = 1_000_000;
  const now = (): number => nowMs;
  const first = await openStore(path, { now });
  await first.set('a', 'x', json(1), { ttlMs: 100 });
  await first.close();
  nowMs += 100;
  const second = await openStore(path, { now });
  await expect(second.get('a', 'x')).rejects.toMatchObject({ code: 'not_found' });
  expect((await second.namespaces()).namespaces).toEqual([]);
  expect((await second.revision('a')).namespaceRevision).toBe(2);
});

it('deletes many that expire at once, and shows none of them meanwhile', async () => {
  let nowMs = 1_000_000;
  const store = await openStore(scratchPath(), { now: () => nowMs });
  const count = 2_500;
  const writes = Array.from({ length: count }, (_, n) => store.set('a', `k${n}`, json(n), { ttlMs: 100 }));
  await Promise.all(writes);
  nowMs += 100;
  expect((await store.find('a')).entries).toEqual([]);
  expect((await store.revision()).revision).toBe(2 * count);
});

it('lets go of the file when it is closed, and waits for what was asked before', async () => {
  const path = scratchPath();
  const store = await openStore(path);
  const writes = Promise.all(Array.from({ length: 600 }, (_, n) => store.set('a', `k${n}`, json(n))));
  await Promise.all([store.close(), store.close()]);
  expect(await writes).toHaveLength(600);
  await expect(store.connect()).rejects.toMatchObject({ code: 'closed' });
  const again = await openStore(path);
  expect((await again.find('a')).entries).toHaveLength(600);
});
