import { expect } from 'vitest';
import { dataOf, expectCode, json, type Section, sleep, until } from './context.js';

export const writeModes: Section = (test) => {
  test('create fails if the key exists, and writes nothing', async (store) => {
    expect((await store.set('ns', 'a', json(1), { mode: 'create' })).version).toBe(1);
    await expectCode(store.set('ns', 'a', json(2), { mode: 'create' }), 'key_exists');
    expect(await store.get('ns', 'a')).toMatchObject({ version: 1 });
    await store.delete('ns', 'a');
    expect((await store.set('ns', 'a', json(3), { mode: 'create' })).version).toBe(2);
  });

  test('update fails if it does not', async (store) => {
    await expectCode(store.set('ns', 'a', json(1), { mode: 'update' }), 'not_found');
    await expectCode(store.get('ns', 'a'), 'not_found');
    await store.set('ns', 'a', json(1), { mode: 'upsert' });
    expect((await store.set('ns', 'a', json(2), { mode: 'update' })).version).toBe(2);
    await store.delete('ns', 'a');
    await expectCode(store.set('ns', 'a', json(1), { mode: 'update' }), 'not_found');
  });

  test('of many creators one wins', async (store) => {
    const tries = Array.from({ length: 20 }, (_, i) => store.set('ns', 'lock', json(i), { mode: 'create' }));
    const won = (await Promise.allSettled(tries)).filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    expect((await store.get('ns', 'lock')).version).toBe(1);
  });
};

export const compareAndSet: Section = (test) => {
  test('writes only onto the expected version, and tells the current one', async (store) => {
    await store.set('ns', 'a', json(1));
    expect((await store.set('ns', 'a', json(2), { ifVersion: 1 })).version).toBe(2);
    const error = await expectCode(store.set('ns', 'a', json(3), { ifVersion: 1 }), 'version_mismatch');
    expect(error).toMatchObject({ metadata: { current_version: '2' } });
    expect(dataOf(await store.get('ns', 'a'))).toBe(2);
  });

  test('0 means that the key must not exist', async (store) => {
    const error = await expectCode(store.set('ns', 'a', json(1), { ifVersion: 4 }), 'version_mismatch');
    expect(error).toMatchObject({ metadata: { current_version: '0' } });
    expect((await store.set('ns', 'a', json(1), { ifVersion: 0 })).version).toBe(1);
    await expectCode(store.set('ns', 'a', json(1), { ifVersion: 0 }), 'version_mismatch');
    await store.delete('ns', 'a');
    expect((await store.set('ns', 'a', json(1), { ifVersion: 0 })).version).toBe(2);
  });

  test('deletes only the expected version', async (store) => {
    await store.set('ns', 'a', json(1));
    await store.set('ns', 'a', json(2));
    await expectCode(store.delete('ns', 'a', { ifVersion: 1 }), 'version_mismatch');
    await store.delete('ns', 'a', { ifVersion: 2 });
    await expectCode(store.get('ns', 'a'), 'not_found');
  });

  test('counters from many writers add up', async (store) => {
    await store.set('ns', 'n', json(0));
    const increment = async (): Promise<void> => {
      for (;;) {
        const entry = await store.get('ns', 'n');
        const next = json((dataOf(entry) as number) + 1);
        const lost = await store.set('ns', 'n', next, { ifVersion: entry.version }).then(
          () => false,
          () => true,
        );
        if (!lost) return;
      }
    };
    await Promise.all(Array.from({ length: 8 }, increment));
    expect(dataOf(await store.get('ns', 'n'))).toBe(8);
    expect((await store.get('ns', 'n')).version).toBe(9);
  });

  test('refuses what is no version', async (store) => {
    await expectCode(store.set('ns', 'a', json(1), { ifVersion: -1 }), 'invalid_argument');
  });
};

export const requestIds: Section = (test) => {
  test('a repeated set gets the first answer and writes nothing', async (store) => {
    const first = await store.set('ns', 'a', json(1), { requestId: 'r1' });
    await store.set('ns', 'a', json(2));
    const repeat = await store.set('ns', 'a', json(1), { requestId: 'r1' });
    expect(repeat).toMatchObject({ version: first.version, revision: first.revision });
    expect(dataOf(repeat)).toBe(1);
    expect(await store.get('ns', 'a')).toMatchObject({ version: 2 });
  });

  test('a repeated create is no conflict, a repeated delete no miss', async (store) => {
    await store.set('ns', 'a', json(1), { mode: 'create', requestId: 'c' });
    await store.set('ns', 'a', json(1), { mode: 'create', requestId: 'c' });
    await store.delete('ns', 'a', { requestId: 'd' });
    await store.delete('ns', 'a', { requestId: 'd' });
    await expectCode(store.get('ns', 'a'), 'not_found');
  });

  test('an id is of one key and one kind of write', async (store) => {
    await store.set('ns', 'a', json(1), { requestId: 'r' });
    expect((await store.set('ns', 'b', json(2), { requestId: 'r' })).key).toBe('b');
    expect((await store.set('ns2', 'a', json(3), { requestId: 'r' })).namespace).toBe('ns2');
    await expectCode(store.delete('ns', 'a', { requestId: 'r' }), 'invalid_argument');
  });

  test('a write that failed may be tried again with its id', async (store) => {
    await expectCode(store.set('ns', 'a', json(1), { mode: 'update', requestId: 'r' }), 'not_found');
    await store.set('ns', 'a', json(0));
    expect((await store.set('ns', 'a', json(1), { mode: 'update', requestId: 'r' })).version).toBe(2);
  });
};

export const expiry: Section = (test) => {
  test('an entry is absent once it has expired', async (store) => {
    const entry = await store.set('ns', 'a', json(1), { ttlMs: 1_000 });
    expect(entry.expiresAtMs).toBeGreaterThan(entry.updatedAtMs);
    expect((await store.get('ns', 'a')).expiresAtMs).toBe(entry.expiresAtMs);
    await store.set('ns', 'b', json(2));
    await sleep(1_100);
    await expectCode(store.get('ns', 'a'), 'not_found');
    await expectCode(store.delete('ns', 'a'), 'not_found');
    expect((await store.find('ns')).entries.map(({ key }) => key)).toEqual(['b']);
    expect((await store.set('ns', 'a', json(3), { mode: 'create' })).version).toBe(2);
  });

  test('a set without a ttl keeps the expiry, 0 clears it', async (store) => {
    const first = await store.set('ns', 'a', json(1), { ttlMs: 60_000 });
    expect((await store.set('ns', 'a', json(2))).expiresAtMs).toBe(first.expiresAtMs);
    expect((await store.set('ns', 'a', json(3), { ttlMs: 0 })).expiresAtMs).toBeUndefined();
    expect((await store.set('ns', 'a', json(4))).expiresAtMs).toBeUndefined();
    expect((await store.get('ns', 'a')).expiresAtMs).toBeUndefined();
  });

  test('a re-created key does not inherit an expiry', async (store) => {
    await store.set('ns', 'a', json(1), { ttlMs: 60_000 });
    await store.delete('ns', 'a');
    expect((await store.set('ns', 'a', json(2))).expiresAtMs).toBeUndefined();
  });

  test('an expiry is a deletion that watchers see, without anyone asking', async (store) => {
    const stream = store.watch({ namespaces: ['ns'] });
    await stream.ready;
    await store.set('ns', 'a', json(1), { ttlMs: 120 });
    expect(await stream.next()).toMatchObject({ value: { type: 'set' } });
    expect(await stream.next()).toMatchObject({ value: { type: 'delete', entry: { key: 'a' } } });
    stream.close();
    await until(async () => (await store.find('ns')).entries.length === 0);
  });

  test('refuses a negative ttl, and one that ends after the year 9999, which no timestamp can say', async (store) => {
    await expectCode(store.set('ns', 'a', json(1), { ttlMs: -1 }), 'invalid_argument');
    await expectCode(store.set('ns', 'a', json(1), { ttlMs: 315_576_000_000_000 }), 'invalid_argument');
    await expectCode(store.get('ns', 'a'), 'not_found');
  });
};
