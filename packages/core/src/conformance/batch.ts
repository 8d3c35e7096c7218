import { expect } from 'vitest';
import type { BatchOperation } from '../contract/batch.js';
import { isConfigError } from '../contract/errors.js';
import type { Store } from '../contract/store.js';
import { dataOf, expectCode, having, json, type Section, take, wordOf } from './context.js';

const set = (key: string, data: unknown): BatchOperation => ({ type: 'set', key, value: json(data) });
const remove = (key: string): BatchOperation => ({ type: 'delete', key });

const stateOf = async (store: Store): Promise<Record<string, unknown>> => {
  const { entries } = await store.find('ns');
  return Object.fromEntries(entries.map((entry) => [entry.key, dataOf(entry)]));
};

export const batch: Section = (test) => {
  test('writes all, in order, as consecutive changes that belong together', async (store) => {
    const batching = having(store, 'batch');
    await store.set('ns', 'b', json('old'));
    const stream = store.watch({ namespaces: ['ns'] });
    await stream.ready;
    const outcome = await batching.batch('ns', [set('a', 1), remove('b'), set('c', 3)]);
    expect(outcome.entries.map(({ key, version, deleted }) => [key, version, deleted])).toEqual([
      ['a', 1, false],
      ['b', 1, true],
      ['c', 1, false],
    ]);
    expect(outcome.dryRun).toBe(false);
    expect(outcome.lastRevision - outcome.firstRevision).toBe(2);
    expect(outcome.entries.map(({ revision }) => revision - outcome.firstRevision)).toEqual([0, 1, 2]);
    const changes = await take(stream, 3);
    expect(changes.map(wordOf)).toEqual(['set ns/a 1', 'delete ns/b', 'set ns/c 1']);
    expect(changes.map(({ more }) => more)).toEqual([true, true, false]);
    expect(await stateOf(store)).toEqual({ a: 1, c: 3 });
    await store.set('ns', 'a', json(2));
    expect((await take(stream, 1))[0]?.more).toBe(false);
    stream.close();
  });

  test('a watch that sees only some of its changes is told which is the last of them', async (store) => {
    const batching = having(store, 'batch');
    const stream = store.watch({ namespaces: ['ns'], prefixes: ['a/'] });
    await stream.ready;
    const written = ['a/1', 'b', 'a/2', 'b', 'c'].map((key) => set(key, 1));
    await batching.batch('ns', written);
    await batching.batch('ns', [set('b', 2), set('a/3', 2)]);
    await batching.batch('ns', [set('a/4', 3), set('b', 3)]);
    const changes = await take(stream, 4);
    expect(changes.map(({ entry, more }) => `${entry.key} ${more}`)).toEqual([
      'a/1 true',
      'a/2 false',
      'a/3 false',
      'a/4 false',
    ]);
    stream.close();
    const revision = (changes[0]?.revision ?? 0) - 1;
    const resumed = store.watch({ namespaces: ['ns'], prefixes: ['a/'] }, { startRevision: revision });
    expect((await take(resumed, 4)).map(({ more }) => more)).toEqual([true, false, false, false]);
    resumed.close();
  });

  test('each operation is decided on what those before it left', async (store) => {
    const batching = having(store, 'batch');
    const { entries } = await batching.batch('ns', [
      { type: 'set', key: 'a', value: json(1), mode: 'create' },
      { type: 'set', key: 'a', value: json(2), mode: 'update', ifVersion: 1 },
      { type: 'delete', key: 'a', ifVersion: 2 },
      { type: 'set', key: 'a', value: json(3), mode: 'create' },
    ]);
    expect(entries.map(({ version, deleted }) => [version, deleted])).toEqual([
      [1, false],
      [2, false],
      [2, true],
      [3, false],
    ]);
    expect(await stateOf(store)).toEqual({ a: 3 });
  });

  test('writes nothing if one operation is refused, and says which', async (store) => {
    const batching = having(store, 'batch');
    await store.set('ns', 'a', json('old'));
    const refusals: [BatchOperation, string][] = [
      [{ type: 'set', key: 'a', value: json(1), mode: 'create' }, 'key_exists'],
      [{ type: 'set', key: 'none', value: json(1), mode: 'update' }, 'not_found'],
      [{ type: 'set', key: 'a', value: json(1), ifVersion: 7 }, 'version_mismatch'],
      [remove('none'), 'not_found'],
      [{ type: 'delete', key: 'a', ifVersion: 7 }, 'version_mismatch'],
    ];
    for (const [refused, code] of refusals) {
      const error = await batching.batch('ns', [set('b', 1), set('c', 1), refused, set('d', 1)]).catch((e) => e);
      expect(isConfigError(error) && error.code).toBe(code);
      expect(error).toMatchObject({ metadata: { index: '2', key: refused.key } });
      if (code === 'version_mismatch') expect(error).toMatchObject({ metadata: { current_version: '1' } });
      expect(await stateOf(store)).toEqual({ a: 'old' });
    }
  });

  test('a dry run says what would be, and writes nothing', async (store) => {
    const batching = having(store, 'batch');
    await store.set('ns', 'a', json('old'));
    const operations = [set('a', 1), set('b', 1)];
    const outcome = await batching.batch('ns', operations, { dryRun: true, requestId: 'r' });
    expect(outcome).toMatchObject({ dryRun: true, firstRevision: 0, lastRevision: 0 });
    expect(outcome.entries.map(({ key, version }) => [key, version])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    await expectCode(batching.batch('ns', [remove('none')], { dryRun: true }), 'not_found');
    expect(await stateOf(store)).toEqual({ a: 'old' });
    // The id of a dry run is not used up.
    expect((await batching.batch('ns', operations, { requestId: 'r' })).dryRun).toBe(false);
  });

  test('a repeat with the same request id gets the first answer', async (store) => {
    const batching = having(store, 'batch');
    const operations = [set('a', 1), set('b', 1)];
    const first = await batching.batch('ns', operations, { requestId: 'r' });
    await store.set('ns', 'a', json('later'));
    const again = await batching.batch('ns', operations, { requestId: 'r' });
    expect(again).toMatchObject({ firstRevision: first.firstRevision, lastRevision: first.lastRevision });
    expect(again.entries.map(({ key, version }) => [key, version])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    expect(await stateOf(store)).toEqual({ a: 'later', b: 1 });
    await expectCode(batching.batch('ns', [set('x', 1)], { requestId: 'r' }), 'invalid_argument');
    await expectCode(store.set('ns', 'a', json(1), { requestId: 'r' }), 'invalid_argument');
    expect((await batching.batch('other', operations, { requestId: 'r' })).entries[0]?.version).toBe(1);
  });

  test('of many batches each is whole', async (store) => {
    const batching = having(store, 'batch');
    const writes = Array.from({ length: 10 }, (_, n) => batching.batch('ns', [set('a', n), set('b', n), set('c', n)]));
    await Promise.all(writes);
    const { a, b, c } = await stateOf(store);
    expect([b, c]).toEqual([a, a]);
    expect((await store.get('ns', 'c')).version).toBe(10);
  });

  test('refuses none, too many, and bad names', async (store) => {
    const batching = having(store, 'batch');
    await expectCode(batching.batch('ns', []), 'invalid_argument');
    const many = Array.from({ length: 1_001 }, (_, n) => set(`k${n}`, n));
    await expectCode(batching.batch('ns', many), 'invalid_argument');
    await expectCode(batching.batch('ns', [set('a', 1), set('a b', 1)]), 'invalid_key');
    await expectCode(batching.batch('not ok', [set('a', 1)]), 'invalid_namespace');
    expect((await batching.batch('ns', many.slice(1))).entries).toHaveLength(1_000);
  });
};

export const restore: Section = (test) => {
  test('brings a version of a key back, also of a deleted one', async (store) => {
    const restoring = having(store, 'restore');
    for (const n of [1, 2, 3]) await store.set('ns', 'a', json(n));
    const { entries } = await restoring.restore('ns', { key: 'a', to: { version: 1 } });
    expect(entries.map((entry) => [entry.version, dataOf(entry)])).toEqual([[4, 1]]);
    await store.delete('ns', 'a');
    await restoring.restore('ns', { key: 'a', to: { version: 2 } });
    expect(await store.get('ns', 'a').then((entry) => [entry.version, dataOf(entry)])).toEqual([5, 2]);
    // It is at that version: nothing to do.
    expect(await restoring.restore('ns', { key: 'a', to: { version: 5 } })).toMatchObject({ entries: [] });
    await expectCode(restoring.restore('ns', { key: 'a', to: { version: 99 } }), 'version_not_found');
    await expectCode(restoring.restore('ns', { key: 'none', to: { version: 1 } }), 'not_found');
    await expectCode(restoring.restore('ns', { to: { version: 1 } }), 'invalid_argument');
  });

  test('brings a namespace back: what was changed, deleted and made since', async (store) => {
    const restoring = having(store, 'restore');
    for (const key of ['same', 'changed', 'deleted']) await store.set('ns', key, json('then'));
    await store.set('other', 'a', json('then'));
    const { revision = 0 } = await store.get('ns', 'deleted');
    await store.set('ns', 'changed', json('now'));
    await store.delete('ns', 'deleted');
    await store.set('ns', 'made', json('now'));
    await store.set('other', 'a', json('now'));
    const preview = await restoring.restore('ns', { to: { revision } }, { dryRun: true });
    expect(preview.entries.map(({ key, deleted }) => [key, deleted])).toEqual([
      ['changed', false],
      ['deleted', false],
      ['made', true],
    ]);
    const stream = store.watch({ namespaces: ['ns'] });
    await stream.ready;
    const outcome = await restoring.restore('ns', { to: { revision } }, { requestId: 'r' });
    expect(outcome.entries.map(({ key }) => key)).toEqual(['changed', 'deleted', 'made']);
    expect(await stateOf(store)).toEqual({ same: 'then', changed: 'then', deleted: 'then' });
    expect((await take(stream, 3)).map(({ more }) => more)).toEqual([true, true, false]);
    stream.close();
    expect(dataOf(await store.get('other', 'a'))).toBe('now');
    const again = await restoring.restore('ns', { to: { revision } }, { requestId: 'r' });
    expect(again.lastRevision).toBe(outcome.lastRevision);
    expect(await restoring.restore('ns', { to: { revision } })).toMatchObject({ entries: [], lastRevision: 0 });
  });

  test('brings one key back to a revision', async (store) => {
    const restoring = having(store, 'restore');
    const { revision: before } = await store.set('ns', 'other', json(0));
    const { revision } = await store.set('ns', 'a', json('then'));
    await store.set('ns', 'a', json('now'));
    await restoring.restore('ns', { key: 'a', to: { revision } });
    expect(dataOf(await store.get('ns', 'a'))).toBe('then');
    await restoring.restore('ns', { key: 'a', to: { revision: before } });
    await expectCode(store.get('ns', 'a'), 'not_found');
    await expectCode(restoring.restore('ns', { to: { revision: 1_000_000 } }), 'revision_compacted');
    await expectCode(restoring.restore('ns', { to: { revision: -1 } }), 'invalid_argument');
  });

  test('only as a dry run said, where the store can promise that', async (store) => {
    const restoring = having(store, 'restore');
    const { revision } = await store.set('ns', 'a', json('then'));
    await store.set('ns', 'a', json('now'));
    const { entries: expected } = await restoring.restore('ns', { to: { revision } }, { dryRun: true });
    await store.set('ns', 'b', json('made meanwhile'));
    const refused = restoring.restore('ns', { to: { revision } }, { expected });
    await expectCode(refused, 'version_mismatch', 'unsupported');
    expect(await stateOf(store)).toEqual({ a: 'now', b: 'made meanwhile' });
  });
};
