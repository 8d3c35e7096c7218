import { expect } from 'vitest';
import { dataOf, expectCode, having, json, type Section } from './context.js';

export const versions: Section = (test) => {
  test('newest first', async (store) => {
    const history = having(store, 'versions');
    for (const n of [1, 2, 3]) await store.set('ns', 'a', json(n));
    const page = await history.versions('ns', 'a');
    expect(page.entries.map((entry) => entry.version)).toEqual([3, 2, 1]);
    expect(page.entries.map(dataOf)).toEqual([3, 2, 1]);
    expect(page.nextCursor).toBe('');
    const [newest, , oldest] = page.entries;
    expect(newest?.createdAtMs).toBe(oldest?.createdAtMs);
  });

  test('one version, or none', async (store) => {
    const history = having(store, 'versions');
    await store.set('ns', 'a', json('one'));
    await store.set('ns', 'a', json('two'));
    const page = await history.versions('ns', 'a', { version: 1 });
    expect(page.entries.map(dataOf)).toEqual(['one']);
    await expectCode(history.versions('ns', 'a', { version: 9 }), 'version_not_found');
    await expectCode(history.versions('ns', 'none'), 'not_found');
    await expectCode(history.versions('ns', 'a', { version: -1 }), 'invalid_argument');
  });

  test('page by page', async (store) => {
    const history = having(store, 'versions');
    for (let n = 1; n <= 7; n += 1) await store.set('ns', 'a', json(n));
    const seen: number[] = [];
    let cursor = '';
    do {
      const page = await history.versions('ns', 'a', { limit: 3, cursor });
      seen.push(...page.entries.map((entry) => entry.version));
      cursor = page.nextCursor;
      expect(cursor === '').toBe(seen.length === 7);
    } while (cursor !== '');
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
    await expectCode(history.versions('ns', 'a', { limit: 3, cursor: 'zzz' }), 'invalid_cursor');
  });

  test('go on across a delete', async (store) => {
    const history = having(store, 'versions');
    await store.set('ns', 'a', json(1));
    await store.delete('ns', 'a');
    await expectCode(history.versions('ns', 'a'), 'not_found');
    await store.set('ns', 'a', json(2));
    const { entries } = await history.versions('ns', 'a');
    expect(entries.map((entry) => [entry.version, dataOf(entry)])).toEqual([
      [2, 2],
      [1, 1],
    ]);
  });
};

export const tombstones: Section = (test) => {
  test('the history of a deleted key can be seen, the deletion in its place', async (store) => {
    const history = having(store, 'versions');
    await store.set('ns', 'a', json(1));
    await store.set('ns', 'a', json(2));
    await store.delete('ns', 'a');
    const seen = async (): Promise<unknown[]> => {
      const { entries } = await history.versions('ns', 'a', { includeDeleted: true });
      return entries.map((entry) => (entry.deleted ? `deleted ${entry.version}` : entry.version));
    };
    expect(await seen()).toEqual(['deleted 2', 2, 1]);
    await store.set('ns', 'a', json(3));
    expect(await seen()).toEqual([3, 'deleted 2', 2, 1]);
    const { entries } = await history.versions('ns', 'a');
    expect(entries.map((entry) => entry.version)).toEqual([3, 2, 1]);
    await expectCode(history.versions('ns', 'none', { includeDeleted: true }), 'not_found');
  });

  test('deleted keys can be listed among the others', async (store) => {
    for (const key of ['a', 'b', 'c', 'd']) await store.set('ns', key, json(1));
    await store.delete('ns', 'b');
    await store.delete('ns', 'd');
    const all = await store.find('ns', { includeDeleted: true });
    expect(all.entries.map((entry) => [entry.key, entry.deleted, entry.bytes.length > 0])).toEqual([
      ['a', false, true],
      ['b', true, false],
      ['c', false, true],
      ['d', true, false],
    ]);
    const first = await store.find('ns', { includeDeleted: true, limit: 3 });
    expect(first.entries).toHaveLength(3);
    const rest = await store.find('ns', { includeDeleted: true, limit: 3, cursor: first.nextCursor });
    expect(rest.entries.map((entry) => entry.key)).toEqual(['d']);
    expect(rest.nextCursor).toBe('');
  });
};
