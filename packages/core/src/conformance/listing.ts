import { expect } from 'vitest';
import { can } from '../contract/capabilities.js';
import type { Query, Store } from '../contract/store.js';
import { dataOf, expectCode, json, type Section, sleep } from './context.js';

const keysOf = async (store: Store, query?: Query): Promise<string[]> =>
  (await store.find('ns', query)).entries.map((entry) => entry.key);

const fill = async (store: Store, ...keys: string[]): Promise<void> => {
  for (const key of keys) await store.set('ns', key, json(key));
};

export const find: Section = (test) => {
  test('returns all entries in key order', async (store) => {
    await fill(store, 'b', 'a/z', 'a', 'B', 'a.1', 'a-1', '_', '9');
    const page = await store.find('ns');
    const keys = page.entries.map((entry) => entry.key);
    expect(keys).toEqual([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    expect(keys).toHaveLength(8);
    expect(page.nextCursor).toBe('');
    expect(page.entries.map(dataOf)).toEqual(keys);
  });

  test('an unknown namespace has none', async (store) => {
    expect(await store.find('nobody')).toMatchObject({ entries: [], nextCursor: '' });
  });

  test('by prefix', async (store) => {
    await fill(store, 'app/a', 'app/b', 'app', 'app.c', 'apq', 'z');
    expect(await keysOf(store, { prefix: 'app/' })).toEqual(['app/a', 'app/b']);
    expect(await keysOf(store, { prefix: 'app' })).toEqual(['app', 'app.c', 'app/a', 'app/b']);
    expect(await keysOf(store, { prefix: 'none' })).toEqual([]);
    expect(await keysOf(store, { prefix: '' })).toHaveLength(6);
    // Also one that no key can begin with: a search box sends what is typed.
    for (const prefix of ['a b', 'é', 'app:', '\u0000', '..', '/', 'x'.repeat(2_000)]) {
      expect(await keysOf(store, { prefix })).toEqual([]);
    }
  });

  test('by exact keys', async (store) => {
    await fill(store, 'a', 'b', 'c');
    expect(await keysOf(store, { keys: ['c', 'none', 'a', 'a'] })).toEqual(['a', 'c']);
    expect(await keysOf(store, { keys: [] })).toEqual([]);
  });

  for (const limit of [1, 2, 3, 6, 7, 100]) {
    test(`page by page of ${limit}`, async (store) => {
      const keys = ['p/1', 'p/2', 'p/3', 'p/4', 'p/5', 'p/6'];
      await fill(store, 'a', ...keys, 'z');
      const seen: string[] = [];
      let cursor = '';
      do {
        const page = await store.find('ns', { prefix: 'p/', limit, cursor });
        expect(page.entries.length).toBeGreaterThan(0);
        expect(page.entries.length).toBeLessThanOrEqual(limit);
        seen.push(...page.entries.map((entry) => entry.key));
        cursor = page.nextCursor;
        expect(cursor === '').toBe(seen.length === keys.length);
      } while (cursor !== '');
      expect(seen).toEqual(keys);
    });
  }

  test('a cursor outlives the key that it stands at', async (store) => {
    await fill(store, 'a', 'b', 'c');
    const { nextCursor } = await store.find('ns', { limit: 2 });
    await store.delete('ns', 'b');
    expect(await keysOf(store, { limit: 2, cursor: nextCursor })).toEqual(['c']);
  });

  test('refuses a cursor that is not its own, and a limit that is none', async (store) => {
    await fill(store, 'a', 'b', 'c');
    const { nextCursor } = await store.find('ns', { limit: 1 });
    await expectCode(store.find('ns', { limit: 1, cursor: 'zzz' }), 'invalid_cursor');
    await expectCode(store.find('ns', { limit: 1, cursor: `${nextCursor}x` }), 'invalid_cursor');
    await expectCode(store.find('ns', { prefix: 'a', limit: 1, cursor: nextCursor }), 'invalid_cursor');
    await expectCode(store.find('other', { limit: 1, cursor: nextCursor }), 'invalid_cursor');
    await expectCode(store.find('ns', { limit: -1 }), 'invalid_argument');
  });

  test('leaves out what is deleted', async (store) => {
    await fill(store, 'a', 'b');
    await store.delete('ns', 'a');
    expect(await keysOf(store)).toEqual(['b']);
  });
};

export const pageBytes: Section = (test) => {
  test('page by page of so many bytes', async (store) => {
    await fill(store, 'a', 'b');
    await store.set('ns', 'large', json('x'.repeat(10_000)));
    await fill(store, 'm', 'n');
    const pages: string[][] = [];
    let cursor = '';
    do {
      const page = await store.find('ns', { maxBytes: 1_000, limit: 4, cursor });
      pages.push(page.entries.map(({ key }) => key));
      cursor = page.nextCursor;
    } while (cursor !== '');
    expect(pages).toEqual([['a', 'b'], ['large'], ['m', 'n']]);
  });
};

export const namespaces: Section = (test) => {
  test('ascending, by prefix, page by page, without the empty ones', async (store) => {
    if (!can(store, 'namespaces')) return expect.fail('the store does not list namespaces');
    for (const name of ['team:b', 'team:a', 'Zoo', 'prod', 'gone']) await store.set(name, 'k', json(1));
    await store.delete('gone', 'k');
    expect(await store.namespaces()).toEqual({ namespaces: ['Zoo', 'prod', 'team:a', 'team:b'], nextCursor: '' });
    expect((await store.namespaces({ prefix: 'team:' })).namespaces).toEqual(['team:a', 'team:b']);
    for (const prefix of ['none', 'a b', 'é', 'team:a/']) {
      expect((await store.namespaces({ prefix })).namespaces).toEqual([]);
    }
    const first = await store.namespaces({ limit: 3 });
    expect(first.namespaces).toEqual(['Zoo', 'prod', 'team:a']);
    const second = await store.namespaces({ limit: 3, cursor: first.nextCursor });
    expect(second).toEqual({ namespaces: ['team:b'], nextCursor: '' });
  });

  test('a namespace whose entries have all expired is not there', async (store) => {
    if (!can(store, 'namespaces')) return expect.fail('the store does not list namespaces');
    if (!store.features.has('ttl')) return;
    await store.set('brief', 'k', json(1), { ttlMs: 50 });
    await store.set('lasting', 'k', json(1));
    await sleep(100);
    expect((await store.namespaces()).namespaces).toEqual(['lasting']);
  });

  test('refuses a foreign cursor', async (store) => {
    if (!can(store, 'namespaces')) return expect.fail('the store does not list namespaces');
    await expectCode(store.namespaces({ cursor: '!!!' }), 'invalid_cursor');
    await expectCode(store.namespaces({ limit: -1 }), 'invalid_argument');
  });
};
