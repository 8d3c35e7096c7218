import { MemoryStore } from '@cfg/core';
import { SearchIn, type SearchRequest, type SearchResponse } from '@cfg/proto';
import { Metadata } from 'nice-grpc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Guard } from './index.js';
import { type BothClients, ways } from './test/both-clients.js';
import { failure } from './test/failure.js';
import { plainStore } from './test/plain-store.js';

const json = (data: unknown) => ({ bytes: Buffer.from(JSON.stringify(data)), codec: 'json', type: 'custom' as const });

const as = (userId: string) => ({ metadata: Metadata({ user: userId }) });

/** Root may read everything, ann the namespace `ann`, bob nothing. */
const guard: Guard = {
  authenticate: ({ metadata }) => ({ userId: metadata.get('user') ?? '', claims: {} }),
  authorize: async ({ userId }, action, { namespace }) => ({
    allowed: userId === 'root' || (action === 'read' && namespace === userId),
  }),
};

const named = ({ matches }: SearchResponse): string[] =>
  matches.map(
    ({ entry, inKey, inValue }) => `${entry?.namespace}/${entry?.key} ${inKey ? 'k' : ''}${inValue ? 'v' : ''}`,
  );

/** The names of all matches, page by page, and how many pages there were. */
async function all(
  operations: BothClients['operations'],
  request: Partial<SearchRequest>,
  user: string,
): Promise<{ names: string[]; pages: number }> {
  const names: string[] = [];
  let cursor = '';
  let pages = 0;
  do {
    const page = await operations.search({ ...request, cursor }, as(user));
    names.push(...named(page));
    cursor = page.nextCursor;
    pages += 1;
  } while (cursor !== '');
  return { names, pages };
}

describe.each(ways)('Search through %s', (_, open) => {
  let store: MemoryStore;

  beforeEach(async () => {
    store = new MemoryStore();
    await store.connect();
  });

  afterEach(() => store.close());

  it('finds entries by their keys and values', async () => {
    await store.set('a', 'app/pool', json({ size: 3 }));
    await store.set('b', 'size', json('pool'));
    await using clients = await open(store, guard);
    const search = (request: Partial<SearchRequest>) => clients.operations.search(request, as('root'));
    const page = await search({ query: 'POOL' });
    expect(named(page)).toEqual(['b/size v', 'a/app/pool k']);
    expect(page).toMatchObject({ nextCursor: '', revision: 2, logId: (await store.revision()).logId });
    expect(page.matches[0]?.entry).toMatchObject({ codec: 'json', version: 1, revision: 2 });
    expect(named(await search({ query: 'pool', in: SearchIn.SEARCH_IN_KEYS }))).toEqual(['a/app/pool k']);
    expect(named(await search({ query: 'pool', in: SearchIn.SEARCH_IN_VALUES }))).toEqual(['b/size v']);
    expect(named(await search({ query: 'pool', namespacePrefix: 'a', keyPrefix: 'app/' }))).toEqual(['a/app/pool k']);
  });

  it('shows and counts only what the caller may read, on every page', async () => {
    for (let n = 0; n < 60; n += 1) await store.set(n % 10 === 0 ? 'ann' : 'other', `key-${n}`, json(n));
    await using clients = await open(store, guard);
    const wanted = [50, 40, 30, 20, 10, 0].map((n) => `ann/key-${n} k`);
    for (const limit of [1, 4, 6, 100]) {
      const { names } = await all(clients.operations, { query: 'key', limit }, 'ann');
      expect(names).toEqual(wanted);
    }
    expect(named(await clients.operations.search({ query: 'key', limit: 4 }, as('ann')))).toEqual(wanted.slice(0, 4));
    expect(await clients.operations.search({ query: 'key' }, as('bob'))).toMatchObject({ matches: [], nextCursor: '' });
  });

  it('goes on for a while where it finds nothing to show, then says where it stopped', async () => {
    for (let n = 0; n < 500; n += 100) {
      const operations = Array.from({ length: 100 }, (_, i) => ({
        type: 'set' as const,
        key: `key-${n + i}`,
        value: json(1),
      }));
      await store.batch(n === 0 ? 'ann' : 'other', operations);
    }
    await using clients = await open(store, guard);
    const page = await clients.operations.search({ query: 'key', limit: 10 }, as('ann'));
    expect(page.matches).toEqual([]);
    expect(page.nextCursor).not.toBe('');
    const { names, pages } = await all(clients.operations, { query: 'key', limit: 10 }, 'ann');
    expect(names).toHaveLength(100);
    expect(pages).toBeGreaterThan(10);
  });

  it('shows no value of a secret', async () => {
    await store.set('a', 'password', { bytes: Buffer.from('hush'), codec: 'secret', type: 'secret' });
    await using clients = await open(store, guard);
    const { matches } = await clients.operations.search({ query: 'pass' }, as('root'));
    expect(matches).toMatchObject([{ entry: { key: 'password', codec: 'secret', value: new Uint8Array(0) } }]);
    expect(await clients.operations.search({ query: 'hush' }, as('root'))).toMatchObject({ matches: [] });
  });

  it('leaves out the default namespace, which no caller can read', async () => {
    await store.set('', 'app/name', json(1));
    await using clients = await open(store, guard);
    expect(await clients.operations.search({ query: 'name' }, as('root'))).toMatchObject({
      matches: [],
      nextCursor: '',
    });
  });

  it('refuses what makes no sense, and a store that cannot search', async () => {
    await using clients = await open(store, guard);
    const ask = (request: Partial<SearchRequest>) => failure(clients.operations.search(request, as('root')));
    for (const query of ['', 'a', 'x'.repeat(257)])
      expect(await ask({ query })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await ask({ query: 'ab', limit: -1 })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await ask({ query: 'ab', in: 9 as SearchIn })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await ask({ query: 'ab', cursor: 'x' })).toMatchObject({ reason: 'INVALID_CURSOR' });
    await using plain = await open(await plainStore(), guard);
    expect(await failure(plain.operations.search({ query: 'ab' }, as('root')))).toMatchObject({
      code: 'UNIMPLEMENTED',
    });
  });
});
