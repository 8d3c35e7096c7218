import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chain } from '../codecs/chain.js';
import { CodecRegistry, defaultCodecs } from '../codecs/registry.js';
import { Secret, secretCodec } from '../codecs/secret.js';
import { Entry } from '../contract/entry.js';
import { Value } from './value.js';

const entryOf = (bytes: Uint8Array, codec = 'json', rest: Partial<Entry> = {}): Entry =>
  new Entry({
    namespace: 'prod',
    key: 'app/x',
    bytes,
    codec,
    type: 'custom',
    version: 3,
    revision: 9,
    createdAtMs: 1_000,
    updatedAtMs: 2_000,
    ...rest,
  });

const json = (text: string): Value => Value.fromEntry(entryOf(new TextEncoder().encode(text)));
const mismatch = expect.objectContaining({ code: 'type_mismatch' });

describe('Value', () => {
  it('keeps data through its bytes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('json', 'yaml'), (data, codec) => {
        if (data === null) return;
        const value = Value.of(data, { codec });
        const again = Value.fromEntry(entryOf(value.bytes, codec, { type: value.type }));
        expect(again.bytes).toBe(value.bytes);
        expect(JSON.stringify(again)).toBe(JSON.stringify(value));
        expect(JSON.stringify(again)).toBe(JSON.stringify(JSON.parse(JSON.stringify(data))));
        expect(again.type).toBe(value.type);
      }),
    );
  });

  it('has the facts of its entry', () => {
    const value = Value.fromEntry(entryOf(Value.of(1).bytes, 'json', { expiresAtMs: 5_000 }));
    expect(value).toMatchObject({ key: 'app/x', version: 3, revision: 9, stale: false, codec: 'json' });
    expect([value.createdAt, value.updatedAt, value.expiresAt]).toEqual(
      [1_000, 2_000, 5_000].map((ms) => new Date(ms)),
    );
    expect([value.isExpired(4_999), value.isExpired(5_000), value.isExpired()]).toEqual([false, true, true]);
    expect(value.asStale()).toMatchObject({ stale: true, version: 3, data: 1 });
    const fresh = Value.of(1);
    expect([fresh.key, fresh.version, fresh.revision, fresh.createdAt, fresh.expiresAt]).toEqual([
      '',
      0,
      0,
      undefined,
      undefined,
    ]);
  });

  it('decodes once, and freezes what it shares', () => {
    const value = json('{"a":{"b":[1]}}');
    const data = value.object<{ a: { b: number[] } }>();
    expect(value.data).toBe(data);
    expect(() => data.a.b.push(2)).toThrow(TypeError);
    const mine = { list: [1] };
    const made = Value.of(mine);
    mine.list.push(2);
    expect(made.data).toEqual({ list: [1] });
  });

  it('converts where nothing is lost', () => {
    expect([json('"x"').string(), json('1.5').string(), json('true').string(), json('12').string()]).toEqual([
      'x',
      '1.5',
      'true',
      '12',
    ]);
    expect([json('1').number(), json('"1.5"').number(), json('"-2e3"').number(), json('".5"').number()]).toEqual([
      1, 1.5, -2000, 0.5,
    ]);
    expect([json('7.0').int(), json('1e3').integer(), json('"42"').integer()]).toEqual([7, 1000, 42]);
    expect([json('true').boolean(), json('"false"').boolean()]).toEqual([true, false]);
    expect(json('["a"]').array<string>()).toEqual(['a']);
    expect(json('"s"').secret().reveal()).toBe('s');
    const big = Value.of({ n: 2n ** 60n }, { codec: 'toml' }).object();
    expect(big.n).toBe(2n ** 60n);
  });

  it.each<[string, (value: Value) => unknown]>([
    ['{}', (value) => value.string()],
    ['9007199254740993', (value) => value.int()],
    ['9007199254740993', (value) => value.number()],
    ['1.5', (value) => value.bigint()],
    ['1e23', (value) => value.bigint()],
    ['"1e400"', (value) => value.bigint()],
    ['true', (value) => value.bigint()],
    ['"9007199254740993.0"', (value) => value.number()],
    ['"1e-400"', (value) => value.number()],
    ['"9007199254740993"', (value) => value.number()],
    ['"1e999"', (value) => value.number()],
    ['""', (value) => value.number()],
    ['" 1"', (value) => value.number()],
    ['"0x10"', (value) => value.number()],
    ['"Infinity"', (value) => value.number()],
    ['true', (value) => value.number()],
    ['1.5', (value) => value.int()],
    ['"1.5"', (value) => value.int()],
    ['1', (value) => value.boolean()],
    ['"yes"', (value) => value.boolean()],
    ['[]', (value) => value.object()],
    ['{}', (value) => value.array()],
    ['1', (value) => value.secret()],
  ])('%s is refused where something would be', (text, getter) => {
    expect(() => getter(json(text))).toThrow(mismatch);
    expect(() => getter(json(text))).toThrow('app/x');
  });

  it('never shows a secret', () => {
    const value = Value.fromEntry(entryOf(new TextEncoder().encode('hunter2'), 'secret', { type: 'secret' }));
    expect(value.secret().reveal()).toBe('hunter2');
    const shown = [inspect(value), inspect({ value }, { showHidden: true, depth: 5 }), JSON.stringify([value])];
    const errors = [() => value.string(), () => value.number(), () => value.object()].map((getter) => {
      try {
        return getter();
      } catch (error) {
        return inspect(error);
      }
    });
    expect([...shown, ...errors].join()).not.toMatch(/hunter2|104, ?117/);
    expect(JSON.stringify(value)).toBe('"******"');
    expect(errors[0]).toContain('app/x is a secret, not string');
  });

  it('encodes a secret, and chains over one', () => {
    expect(Value.of('s', { codec: 'secret' })).toMatchObject({ type: 'secret', codec: 'secret' });
    const codecs = defaultCodecs().extend(chain('client:secret', [], secretCodec()));
    const value = Value.of(new Secret('s'), { codec: 'client:secret', codecs });
    expect(value.type).toBe('secret');
    expect(Value.fromEntry(entryOf(value.bytes, 'client:secret')).data).toEqual(new TextEncoder().encode('s'));
  });

  it('hands out copies of opaque bytes', () => {
    const value = Value.of(Uint8Array.of(1, 2), { codec: 'raw' });
    expect(value.type).toBe('custom');
    (value.data as Uint8Array).fill(9);
    expect(value.data).toEqual(Uint8Array.of(1, 2));
    expect(JSON.stringify(value)).toBe('"AQI="');
    expect(() => value.string()).toThrow(mismatch);
  });

  it('has exact numbers of any size', () => {
    const value = json('9007199254740993');
    expect([value.data, value.bigint(), value.string()]).toEqual([
      9007199254740993n,
      9007199254740993n,
      '9007199254740993',
    ]);
    expect(json('1152921504606846976').number()).toBe(2 ** 60);
    expect([json('7.0').bigint(), json('"9007199254740993"').bigint(), json('"1e3"').bigint()]).toEqual([
      7n,
      9007199254740993n,
      1000n,
    ]);
    const yaml = Value.fromBytes(Buffer.from('{a: 9007199254740993, b: [.inf, .nan, -.inf]}'), { codec: 'yaml' });
    expect(JSON.stringify(yaml)).toBe('{"a":9007199254740993,"b":["Infinity","NaN","-Infinity"]}');
    expect(JSON.stringify({ value: json('12345678901234567890') })).toBe('{"value":12345678901234567890}');
    const toml = Value.fromBytes(Buffer.from('d = 2021-02-28'), { codec: 'toml' });
    expect(JSON.stringify(toml)).toBe('{"d":"2021-02-28"}');
  });

  it('takes bytes as they are', () => {
    const bytes = Buffer.from('# mine\na: 1\n---\nb: 2\n');
    const value = Value.fromBytes(bytes, { codec: 'yaml' });
    bytes.fill(0);
    expect(Buffer.from(value.bytes).toString()).toBe('# mine\na: 1\n---\nb: 2\n');
    expect([value.type, value.codec, value.data, value.documents()]).toEqual([
      'custom',
      'yaml',
      { a: 1 },
      [{ a: 1 }, { b: 2 }],
    ]);
    expect(() => Value.fromBytes(Buffer.from('{'))).toThrow(expect.objectContaining({ code: 'invalid_value' }));
    const twice = Value.fromBytes(Buffer.from('{"a":1,"a":2}'));
    expect(twice.type).toBe('custom');
    expect(() => twice.data).toThrow(expect.objectContaining({ code: 'invalid_value' }));
    expect(Value.fromBytes(Buffer.from('x'), { codec: 'raw' }).documents()).toEqual([new Uint8Array([0x78])]);
    expect(json('1').documents()).toEqual([1]);
  });

  it('shares nothing that somebody could change', () => {
    const made = (): unknown => [
      new Date(0),
      new Map([[1, { a: 1 }]]),
      new Set([1]),
      Uint8Array.of(1),
      { deep: [new Date(0)] },
    ];
    const codecs = new CodecRegistry([{ name: 'odd', encode: () => Uint8Array.of(1), decode: made }]);
    const value = Value.of(undefined, { codec: 'odd', codecs });
    const [date, map, set, bytes, plain] = value.array() as [
      Date,
      Map<number, unknown>,
      Set<number>,
      Uint8Array,
      object,
    ];
    date.setTime(5);
    map.clear();
    set.add(2);
    bytes.fill(9);
    (plain as { deep: Date[] }).deep[0]?.setTime(5);
    expect(value.data).toEqual(made());
    const toml = Value.fromBytes(Buffer.from('d = [2021-02-28]'), { codec: 'toml' });
    const dates = toml.object<{ d: Date[] }>().d;
    expect(() => dates[0]?.setFullYear(1999)).toThrow(TypeError);
    expect(() => dates.pop()).toThrow(TypeError);
    expect(toml.data).toBe(toml.data);
    for (const document of Value.fromBytes(Buffer.from('[[1]]\n---\n[2]'), { codec: 'yaml' }).documents()) {
      expect(Object.isFrozen(document)).toBe(true);
    }
  });

  it('names the key of bytes that cannot be decoded, when they are', () => {
    const value = json('{nope');
    expect(value.version).toBe(3);
    expect(() => value.data).toThrow(
      expect.objectContaining({ code: 'invalid_value', message: expect.stringContaining('app/x') }),
    );
    expect(inspect(value)).toContain('undecodable');
  });

  it.each([undefined, null, Number.NaN, () => 1])('cannot be %s', (data) => {
    expect(() => Value.of(data)).toThrow(expect.objectContaining({ code: 'invalid_value' }));
  });
});
