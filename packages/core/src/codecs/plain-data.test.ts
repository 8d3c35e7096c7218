import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Value } from '../value/value.js';
import { Secret } from './secret.js';
import { TomlDate } from './toml-date.js';

const half = '\ud800';
const loop: Record<string, unknown> = {};
loop.self = [loop];
const nested = (levels: number): unknown => Array.from({ length: levels }).reduce((inner) => ({ a: inner }), 1);
const holes: unknown[] = [];
holes[2] = 1;
class Point {
  readonly x = 1;
}

/** Data that no text format keeps, and what the refusal says of it. */
const odd: [string, unknown, RegExp][] = [
  ['a Secret', new Secret('hunter2'), /secret/],
  ['a Map', new Map([['a', 1]]), /a Map/],
  ['a Set', new Set([1]), /a Set/],
  ['a RegExp', /a/, /a RegExp/],
  ['an Error', new Error('hunter2'), /a Error/],
  ['a Promise', Promise.resolve(1), /a Promise/],
  ['a URL', new URL('http://a'), /a URL/],
  ['bytes', Uint8Array.of(1), /a Uint8Array/],
  ['a Buffer', Buffer.from('a'), /a Buffer/],
  ['an ArrayBuffer', new ArrayBuffer(1), /a ArrayBuffer/],
  ['numbers of a type', Float64Array.of(1), /a Float64Array/],
  ['an instance', new Point(), /a Point/],
  ['what inherits', Object.create({ a: 1 }), /cannot be kept/],
  ['a number object', Object(1), /a Number/],
  ['a string object', Object('a'), /a String/],
  ['a bigint object', Object(1n), /a BigInt/],
  ['Math', Math, /cannot be kept/],
  ['arguments', (() => arguments_(1, 2))(), /cannot be kept/],
  ['a Value', Value.of(1), /a Value/],
  ['a function', () => 1, /function/],
  ['a class', Point, /function/],
  ['a symbol', Symbol('a'), /symbol/],
  ['a symbol as a name', { [Symbol('a')]: 1 }, /symbol/],
  ['undefined in an array', [1, undefined], /\[1\].*undefined/],
  ['holes', holes, /holes/],
  ['a long array of holes', new Array(2 ** 32 - 1), /holes/],
  ['an array with properties', Object.assign([1], { extra: 1 }), /properties/],
  ['an array of a class', new (class List extends Array {})(), /a List/],
  ['half a character', half, /surrogate/],
  ['half a character in a name', { [half]: 1 }, /surrogate/],
  ['itself', loop, /self\[0\].*itself/],
  ['too many levels', nested(1_001), /levels/],
  ['a getter that throws', Object.defineProperty({}, 'a', { enumerable: true, get: () => fail('hunter2') }), /throws/],
  ['a proxy that throws', revoked(), /throws/],
  ['too many parts', bomb(), /parts/],
  ['an invalid date', new Date(Number.NaN), /date/],
];

function arguments_(..._: unknown[]): unknown {
  // biome-ignore lint/complexity/noArguments: that is what is tested
  return arguments;
}

function fail(message: string): never {
  throw new Error(message);
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function bomb(): unknown {
  let data: unknown = [1];
  for (let i = 0; i < 40; i += 1) data = [data, data];
  return data;
}

const codecs = ['json', 'yaml', 'toml'] as const;
const refusal = (data: unknown, codec: string): Error => {
  try {
    Value.of(data, { codec });
  } catch (error) {
    return error as Error;
  }
  return expect.fail('was written');
};

describe.each(codecs)('%s refuses, with the path,', (codec) => {
  it.each(odd)('%s', (_, data, why) => {
    const error = refusal({ deep: [{ 'odd key': data }] }, codec);
    expect(error).toMatchObject({ code: 'invalid_value' });
    expect(error.message).toMatch(why);
    expect(error.message).toMatch(/^invalid value: cannot be written as \w+ at /);
    expect(error.message).not.toContain('hunter2');
    // Where the path is long it shows its end.
    if (error.message.length < 200) expect(error.message).toContain('at deep[0]["odd key"]');
  });

  it.each(odd)('%s by itself', (_, data) => {
    expect(refusal(data, codec)).toMatchObject({ code: 'invalid_value' });
  });

  it('nothing at all', () => {
    for (const data of [undefined, null]) expect(refusal(data, codec)).toMatchObject({ code: 'invalid_value' });
  });
});

describe('what a format does not have is refused with the path', () => {
  it.each<[string, unknown, string]>([
    ['json', Number.POSITIVE_INFINITY, 'Infinity'],
    ['json', Number.NEGATIVE_INFINITY, '-Infinity'],
    ['json', Number.NaN, 'NaN'],
    ['json', new Date(0), 'dates'],
    ['json', 10n ** 400n, 'range'],
    ['yaml', new Date(0), 'dates'],
    ['yaml', new TomlDate('2001-01-01'), 'dates'],
    ['yaml', 2n ** 64n, '64 bits'],
    ['yaml', -(2n ** 63n) - 1n, '64 bits'],
    ['toml', null, 'null'],
    ['toml', -0, 'zero'],
    ['toml', 2n ** 63n, '64 bits'],
    ['toml', new Date(Date.UTC(10_000, 0)), 'year'],
  ])('%s %s', (codec, data, why) => {
    const error = refusal({ a: [data] }, codec);
    expect(error).toMatchObject({ code: 'invalid_value', message: expect.stringContaining(why) });
    expect(error.message).toContain('at a[0]');
  });
});

describe('what is written is read again', () => {
  it.each<[unknown, (typeof codecs)[number][]]>([
    [-0, ['json', 'yaml']],
    [2 ** 53, ['json', 'yaml', 'toml']],
    [2 ** 60, ['json', 'yaml', 'toml']],
    [1e21, ['json', 'yaml', 'toml']],
    [1e23, ['json', 'yaml', 'toml']],
    [1e-7, ['json', 'yaml', 'toml']],
    [5e-324, ['json', 'yaml', 'toml']],
    [Number.MAX_VALUE, ['json', 'yaml', 'toml']],
    [Number.POSITIVE_INFINITY, ['yaml', 'toml']],
    [Number.NEGATIVE_INFINITY, ['yaml', 'toml']],
    [Number.NaN, ['yaml', 'toml']],
    [2n ** 53n, ['json', 'yaml', 'toml']],
    [2n ** 63n - 1n, ['json', 'yaml', 'toml']],
    [-(2n ** 63n), ['json', 'yaml', 'toml']],
    [2n ** 64n - 1n, ['json', 'yaml']],
    [10n ** 300n, ['json']],
    [
      [[], {}, [{}]],
      ['json', 'yaml', 'toml'],
    ],
    [
      { '': '', ' ': ' ', '1.10': 1, '1.1': 2, 'a.b': 3, '"': 4, '<<': 5, '\n': 6, '\u0085': 7 },
      ['json', 'yaml', 'toml'],
    ],
    [JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}'), ['json', 'yaml', 'toml']],
    [Object.assign(Object.create(null), { a: 1 }), ['json', 'yaml', 'toml']],
    [`${'x'.repeat(2_000)}`, ['json', 'yaml', 'toml']],
    [{ ['k'.repeat(2_000)]: 1 }, ['json', 'yaml', 'toml']],
    [nested(900), ['json', 'yaml', 'toml']],
  ])('%s', (data, formats) => {
    for (const codec of formats) {
      const { v } = Value.of({ v: data }, { codec }).object<{ v: unknown }>();
      expect(v).toEqual(typeof data === 'object' && data !== null ? { __proto__: null, ...{ v: data } }.v : data);
      expect(Object.is(v, data) || typeof data === 'object').toBe(true);
    }
  });

  it('a small bigint as a number, an absent property as absent, data twice as twice', () => {
    const shared = { a: 1 };
    for (const codec of codecs) {
      const data = Value.of({ id: 5n, gone: undefined, one: shared, two: [shared] }, { codec }).object();
      expect(data).toStrictEqual({ id: 5, one: { a: 1 }, two: [{ a: 1 }] });
    }
  });

  it('a property that is computed, as what it was when it was read', () => {
    let reads = 0;
    const data = {
      get count(): number {
        reads += 1;
        return reads;
      },
    };
    expect(Value.of(data).data).toEqual({ count: 1 });
  });

  it('any data, or is refused', () => {
    const leaf = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withObjectString: true,
      withSparseArray: true,
      withTypedArray: true,
      withBoxedValues: true,
      maxDepth: 3,
    });
    const data = fc.oneof(
      leaf,
      fc.dictionary(fc.string({ unit: 'binary' }), leaf),
      fc.jsonValue({ noUnicodeString: false }),
    );
    fc.assert(
      fc.property(data, fc.constantFrom(...codecs), (wanted, codec) => {
        let value: Value;
        try {
          value = Value.of(wanted, { codec });
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_value' });
          return;
        }
        expect(value.data).toEqual(asRead(wanted));
        JSON.stringify(value);
      }),
      { numRuns: 500 },
    );
  });
});

/** A whole number is a number as long as one is exact, and a date of TOML is a date. */
function asRead(data: unknown): unknown {
  if (typeof data === 'bigint') return Number.isSafeInteger(Number(data)) ? Number(data) : data;
  if (data instanceof Date) return new TomlDate(data.toISOString());
  if (Array.isArray(data)) return data.map(asRead);
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, asRead(value)]));
}
