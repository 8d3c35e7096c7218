import { expect } from 'vitest';
import { Value } from '../value/value.js';
import type { Section } from './context.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const multi = '# two profiles\nserver.port: 1\n---\nserver.port: 2\n';

/** Values go through as bytes: what a store or a door makes of them is at most a type. */
export const values: Section = (test) => {
  test('keeps a file of several documents as it is', async (store) => {
    const entry = await store.set('ns', 'application.yml', Value.fromBytes(bytesOf(multi), { codec: 'yaml' }));
    expect(entry).toMatchObject({ codec: 'yaml', type: 'custom' });
    const value = Value.fromEntry(await store.get('ns', 'application.yml'));
    expect(Buffer.from(value.bytes).toString()).toBe(multi);
    expect(value.data).toEqual({ 'server.port': 1 });
    expect(value.documents()).toEqual([{ 'server.port': 1 }, { 'server.port': 2 }]);
  });

  test('keeps what is empty and yet a value', async (store) => {
    for (const [codec, type, data] of [
      ['secret', 'secret', undefined],
      ['toml', 'custom', {}],
      ['unheard-of', 'custom', new Uint8Array()],
    ] as const) {
      const entry = await store.set('ns', codec, Value.fromBytes(new Uint8Array(), { codec }));
      expect(entry).toMatchObject({ codec, type, size: 0 });
      const value = Value.fromEntry(await store.get('ns', codec));
      if (data === undefined) expect(value.secret().reveal()).toBe('');
      else expect(value.data).toEqual(data);
    }
    expect((await store.find('ns')).entries.map((entry) => entry.size)).toEqual([0, 0, 0]);
  });

  test('keeps what cannot be read exactly, and tells who reads it', async (store) => {
    for (const [codec, text] of [
      ['json', '{"a":1,"a":2}'],
      ['json', '{"n":9007199254740993.0}'],
      ['yaml', 'role: !Ref Admin'],
      ['yaml', '- a\n'.repeat(60_000)],
      ['toml', 'n = 1e-400'],
    ] as const) {
      await store.set('ns', 'odd', Value.fromBytes(bytesOf(text), { codec }));
      const value = Value.fromEntry(await store.get('ns', 'odd'));
      expect(value.type).toBe('custom');
      expect(Buffer.from(value.bytes).toString()).toBe(text);
      expect(() => value.data).toThrow(expect.objectContaining({ code: 'invalid_value' }));
    }
  });

  test('keeps numbers of any size, and dates as they are written', async (store) => {
    const data = { id: 9007199254740993n, small: -7, fraction: 1e-7, large: 2 ** 60 };
    for (const codec of ['json', 'yaml', 'toml']) {
      await store.set('ns', codec, Value.of(data, { codec }));
      expect(Value.fromEntry(await store.get('ns', codec)).data).toEqual(data);
    }
    const dates = 'at = 2021-02-28T10:00:00.123456789+02:00\n';
    await store.set('ns', 'dates', Value.fromBytes(bytesOf(dates), { codec: 'toml' }));
    const { at } = Value.fromEntry(await store.get('ns', 'dates')).object();
    expect(String(at)).toBe('2021-02-28T10:00:00.123456789+02:00');
  });
};
