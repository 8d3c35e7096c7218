import { expect } from 'vitest';
import { dataOf, expectCode, json, raw, type Section } from './context.js';

export const entries: Section = (test) => {
  test('a key that was never set is not found', async (store) => {
    await expectCode(store.get('ns', 'none'), 'not_found');
    await expectCode(store.delete('ns', 'none'), 'not_found');
  });

  test('answers what was set', async (store) => {
    const before = Date.now();
    const set = await store.set('ns', 'app/timeout', json(30));
    const got = await store.get('ns', 'app/timeout');
    for (const entry of [set, got]) {
      expect(entry).toMatchObject({ namespace: 'ns', key: 'app/timeout', codec: 'json', type: 'int', version: 1 });
      expect(dataOf(entry)).toBe(30);
      expect(entry.createdAtMs).toBeGreaterThan(before - 60_000);
      expect(entry.updatedAtMs).toBe(entry.createdAtMs);
      expect(entry.deleted).toBe(false);
      expect(entry.expiresAtMs).toBeUndefined();
    }
  });

  test('an update has the next version and the first creation time', async (store) => {
    const first = await store.set('ns', 'a', json(1));
    const second = await store.set('ns', 'a', json('two'));
    expect(second).toMatchObject({ version: 2, type: 'string', createdAtMs: first.createdAtMs });
    expect(second.updatedAtMs).toBeGreaterThanOrEqual(first.updatedAtMs);
    expect(dataOf(await store.get('ns', 'a'))).toBe('two');
  });

  test('keys and namespaces are apart', async (store) => {
    await store.set('ns', 'a', json(1));
    await store.set('ns2', 'a', json(2));
    await store.set('ns', 'a/b', json(3));
    expect(dataOf(await store.get('ns', 'a'))).toBe(1);
    expect(dataOf(await store.get('ns2', 'a'))).toBe(2);
    await store.delete('ns', 'a');
    expect(dataOf(await store.get('ns2', 'a'))).toBe(2);
    expect(dataOf(await store.get('ns', 'a/b'))).toBe(3);
  });

  test('keeps bytes as they are, whatever the caller does with them later', async (store) => {
    const bytes = Buffer.from([0, 255, 128, 10, 13]);
    await store.set('ns', 'raw', { bytes, codec: 'raw', type: 'custom' });
    bytes.fill(7);
    expect([...(await store.get('ns', 'raw')).bytes]).toEqual([0, 255, 128, 10, 13]);
    const odd = { bytes: Buffer.from(' {"b": 1,\n"a":2} '), codec: 'json', type: 'custom' } as const;
    await store.set('ns', 'odd', odd);
    expect(Buffer.from((await store.get('ns', 'odd')).bytes).toString()).toBe(' {"b": 1,\n"a":2} ');
  });

  test('keeps the name of a codec that nobody knows', async (store) => {
    const value = { bytes: new Uint8Array([1, 2]), codec: 'client:encrypted:json', type: 'custom' } as const;
    await store.set('ns', 'enc', value);
    expect(await store.get('ns', 'enc')).toMatchObject({ codec: 'client:encrypted:json', type: 'custom' });
  });

  test('a deleted key is gone, and goes on from its last version', async (store) => {
    await store.set('ns', 'a', json(1));
    await store.set('ns', 'a', json(2));
    await store.delete('ns', 'a');
    await expectCode(store.get('ns', 'a'), 'not_found');
    await expectCode(store.delete('ns', 'a'), 'not_found');
    const again = await store.set('ns', 'a', json(3));
    expect(again.version).toBe(3);
    expect(dataOf(again)).toBe(3);
  });

  test('takes a large value', async (store) => {
    const bytes = Buffer.alloc(1_000_000, 'x');
    await store.set('ns', 'large', { bytes, codec: 'raw', type: 'custom' });
    expect(Buffer.compare((await store.get('ns', 'large')).bytes, bytes)).toBe(0);
  });

  test('many writes at once lose nothing', async (store) => {
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.set('ns', `k${i % 5}`, raw(i))));
    for (let k = 0; k < 5; k += 1) expect((await store.get('ns', `k${k}`)).version).toBe(10);
  });
};

export const defaultNamespace: Section = (test) => {
  test('the empty namespace is one like any other, but is not listed', async (store) => {
    await store.set('', 'a', json(1));
    expect(dataOf(await store.get('', 'a'))).toBe(1);
    await expectCode(store.get('ns', 'a'), 'not_found');
    expect((await store.find('')).entries.map((entry) => entry.key)).toEqual(['a']);
  });
};

export const types: Section = (test) => {
  const cases: [string, string, string][] = [
    ['json', '30', 'int'],
    ['json', '-5', 'int'],
    ['json', '1e3', 'int'],
    ['json', '0.5', 'float'],
    ['json', '"text"', 'string'],
    ['json', 'true', 'bool'],
    ['json', '{"a":1}', 'custom'],
    ['json', '["a"]', 'custom'],
    ['yaml', 'a: 1\n', 'custom'],
    ['toml', 'a = 1\n', 'custom'],
    ['secret', 'hunter2', 'secret'],
    ['unheard-of', 'x', 'custom'],
  ];
  for (const [codec, value, type] of cases) {
    test(`${codec} ${value.trim()} is ${type}`, async (store) => {
      await store.set('ns', 'a', { bytes: Buffer.from(value), codec, type: type as 'int' });
      const entry = await store.get('ns', 'a');
      expect(entry).toMatchObject({ codec, type });
      expect(Buffer.from(entry.bytes).toString()).toBe(value);
    });
  }
};
