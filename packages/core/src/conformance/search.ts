import { expect } from 'vitest';
import type { SearchPage, SearchQuery } from '../contract/search.js';
import type { Store } from '../contract/store.js';
import { expectCode, having, json, raw, type Section } from './context.js';

/** All matches, page by page. A page may be empty though others follow. */
async function found(store: Store, query: SearchQuery): Promise<SearchPage['matches']> {
  const matches: SearchPage['matches'][number][] = [];
  let cursor = '';
  do {
    const page: SearchPage = await having(store, 'search').search({ ...query, cursor });
    if (query.limit) expect(page.matches.length).toBeLessThanOrEqual(query.limit);
    matches.push(...page.matches);
    cursor = page.nextCursor;
  } while (cursor !== '');
  return matches;
}

const names = async (store: Store, query: SearchQuery | string): Promise<string[]> =>
  (await found(store, typeof query === 'string' ? { text: query } : query)).map(
    ({ entry, inKey, inValue }) => `${entry.namespace}/${entry.key}${inKey ? ' key' : ''}${inValue ? ' value' : ''}`,
  );

const text = (value: string, codec: string) => ({ bytes: Buffer.from(value), codec, type: 'string' as const });

/** Entries by a text in their key or value. */
export const search: Section = (test) => {
  test('finds a text in keys and values, whatever its case', async (store) => {
    await store.set('prod', 'app/Timeout', json(30));
    await store.set('prod', 'app/name', json('the TIMEOUT of all'));
    await store.set('stage', 'timeouts', json('Zeitlimit: größer'));
    expect(await names(store, 'timeout')).toEqual([
      'stage/timeouts key',
      'prod/app/name value',
      'prod/app/Timeout key',
    ]);
    expect(await names(store, 'TIMEOUTS')).toEqual(['stage/timeouts key']);
    expect(await names(store, 'GRÖSS')).toEqual([]);
    expect(await names(store, 'GRÖß')).toEqual(['stage/timeouts value']);
    expect(await names(store, 'me')).toEqual(['stage/timeouts key', 'prod/app/name key value', 'prod/app/Timeout key']);
    expect(await names(store, 'nowhere')).toEqual([]);
    const [match] = await found(store, { text: 'größer' });
    expect(match).toMatchObject({ inKey: false, inValue: true, entry: { key: 'timeouts', version: 1 } });
    expect(Buffer.from(match?.entry.bytes ?? []).toString()).toBe('"Zeitlimit: größer"');
  });

  test('takes every character for itself', async (store) => {
    for (const [key, value] of [
      ['a', 'x%y'],
      ['b', 'x_y'],
      ['c', 'xzy'],
      ['d', 'x"y'],
      ['e', "x'y*"],
      ['f', 'x\\y'],
    ] as const) {
      await store.set('ns', key, text(value, 'yaml'));
    }
    for (const [key, value] of [
      ['a', 'x%y'],
      ['b', 'x_y'],
      ['d', 'x"y'],
      ['e', "x'y"],
      ['e', 'y*'],
      ['f', 'x\\y'],
      ['f', '\\y'],
    ] as const) {
      expect(await names(store, value), value).toEqual([`ns/${key} value`]);
    }
    expect(await names(store, 'x" OR "y')).toEqual([]);
  });

  test('finds the current value only, and nothing that is deleted', async (store) => {
    await store.set('ns', 'a', json('first'));
    await store.set('ns', 'a', json('second'));
    await store.set('ns', 'b', json('second'));
    expect(await names(store, 'first')).toEqual([]);
    await store.delete('ns', 'b');
    expect(await names(store, 'second')).toEqual(['ns/a value']);
    await store.set('ns', 'b', json('third'));
    expect(await names(store, 'second')).toEqual(['ns/a value']);
    expect(await names(store, 'third')).toEqual(['ns/b value']);
  });

  test('never searches secrets and opaque values', async (store) => {
    await store.set('ns', 'password', { bytes: Buffer.from('hush hush'), codec: 'secret', type: 'secret' });
    await store.set('ns', 'raw', raw(...Buffer.from('hush hush')));
    await store.set('ns', 'sealed', { bytes: Buffer.from('hush hush'), codec: 'client:json', type: 'custom' });
    await store.set('ns', 'plain', text('hush hush', 'yaml'));
    expect(await names(store, 'hush')).toEqual(['ns/plain value']);
    expect(await names(store, 'password')).toEqual(['ns/password key']);
  });

  test('searches where it is told to', async (store) => {
    for (const name of ['prod', 'prod:eu', 'stage']) {
      await store.set(name, 'app/pool', json('size'));
      await store.set(name, 'db/size', json('pool'));
    }
    expect(await names(store, { text: 'pool', in: 'keys', namespacePrefix: 'stage' })).toEqual(['stage/app/pool key']);
    expect(await names(store, { text: 'pool', in: 'values', namespacePrefix: 'stage' })).toEqual([
      'stage/db/size value',
    ]);
    expect(await names(store, { text: 'pool', namespacePrefix: 'prod', keyPrefix: 'db/' })).toEqual([
      'prod:eu/db/size value',
      'prod/db/size value',
    ]);
    expect(await names(store, { text: 'pool', namespacePrefix: 'ü%' })).toEqual([]);
  });

  test('pages, and finds each entry once', async (store) => {
    const keys = Array.from({ length: 23 }, (_, index) => `key-${String(index).padStart(2, '0')}`);
    for (const key of keys) await store.set('ns', key, json(`value of ${key}`));
    const all = keys.map((key) => `ns/${key} key value`).reverse();
    for (const limit of [1, 5, 23, 50, 0]) expect(await names(store, { text: 'key', limit })).toEqual(all);
    const { search } = having(store, 'search');
    const page = await search.call(store, { text: 'key', limit: 5 });
    // A key that is written between the pages is found at most once more, and moves no other.
    await store.set('ns', 'key-20', json('value of key-20'));
    await store.delete('ns', 'key-10');
    const rest = await names(store, { text: 'key', limit: 5, cursor: '' });
    expect(rest).toHaveLength(22);
    const next = await search.call(store, { text: 'key', limit: 5, cursor: page.nextCursor });
    expect(next.matches.map(({ entry }) => entry.key)).toEqual(['key-17', 'key-16', 'key-15', 'key-14', 'key-13']);
    await expectCode(search.call(store, { text: 'keys', cursor: page.nextCursor }), 'invalid_cursor');
    await expectCode(search.call(store, { text: 'key', in: 'keys', cursor: page.nextCursor }), 'invalid_cursor');
    await expectCode(search.call(store, { text: 'key', cursor: 'x' }), 'invalid_cursor');
  });

  test('tells the revision that it considers', async (store) => {
    const { revision } = await store.set('ns', 'aa', json(1));
    const page = await having(store, 'search').search({ text: 'aa' });
    expect(page).toMatchObject({ revision, logId: (await having(store, 'revisions').revision('ns')).logId });
  });

  test('refuses what cannot be searched for', async (store) => {
    const { search } = having(store, 'search');
    for (const text of ['', 'a', 'a'.repeat(257), '😀'])
      await expectCode(search.call(store, { text }), 'invalid_argument');
    expect(await names(store, '😀😀')).toEqual([]);
    expect(await names(store, 'a'.repeat(256))).toEqual([]);
    await expectCode(search.call(store, { text: 'ab', limit: -1 }), 'invalid_argument');
  });
};
