import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readExactly } from './json-reader.js';
import { defaultCodecs } from './registry.js';

const codecs = defaultCodecs();
const decode = (text: string): unknown => codecs.decode(Buffer.from(text), 'json');
const invalid = (what: string) =>
  expect.objectContaining({ code: 'invalid_value', message: expect.stringContaining(what) });

describe('json', () => {
  it.each<[string, unknown]>([
    ['{"id": 9007199254740993}', { id: 9007199254740993n }],
    ['[1e5, "1e5", 12345678901234567890]', [1e5, '1e5', 12345678901234567890n]],
    [
      '{"a\\"b": "\\u0041", "e": [true, false, null, {}, []], "n": 1e2}',
      { 'a"b': 'A', e: [true, false, null, {}, []], n: 100 },
    ],
    ['{"a:b": ":", "c": 1e0}', { 'a:b': ':', c: 1 }],
    ['{"__proto__": 1e0}', JSON.parse('{"__proto__": 1}')],
    ['-0', -0],
  ])('reads %s', (text, data) => {
    expect(decode(text)).toEqual(data);
  });

  it.each([
    ['{"a": 1e400}', 'out of range at line 1, column 7', false],
    ['[\n  {"a": 1,\n   "a": 2}\n]', 'same key twice at line 3, column 4', true],
    ['{"a": {"b": 1, "\\u0062": 2}}', 'same key twice', true],
    ['{"a": 1e-400}', 'out of range', true],
    ['{"a": 9007199254740993.0}', 'not exact', true],
  ])('refuses to read %j, and keeps it where the original does', (text, what, isKept) => {
    expect(() => decode(text)).toThrow(invalid(what));
    const inspect = (): string => codecs.inspect(Buffer.from(text), 'json');
    if (isKept) expect(inspect()).toBe('custom');
    else expect(inspect).toThrow(invalid(what));
  });

  it('keeps what is not UTF-8, as the original does, and says so to readers', () => {
    const bytes = Buffer.from([0x22, 0xff, 0x22]);
    expect(codecs.inspect(bytes, 'json')).toBe('string');
    expect(() => codecs.decode(bytes, 'json')).toThrow(invalid('not UTF-8'));
    expect(() => codecs.inspect(Buffer.from([0xff]), 'json')).toThrow(invalid('not UTF-8'));
  });

  it('reads all that JSON.parse reads, and alike', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
        const data: unknown = JSON.parse(text);
        expect(readExactly(JSON.stringify(data, null, indent))).toEqual(asIntegers(data));
      }),
    );
  });
});

/** `JSON.stringify` prints large numbers as whole ones, which are then read as such. */
function asIntegers(data: unknown): unknown {
  if (typeof data === 'number' && /^-?\d{16,}$/.test(String(data)) && !Number.isSafeInteger(data))
    return BigInt(String(data));
  if (Object.is(data, -0)) return 0;
  if (Array.isArray(data)) return data.map(asIntegers);
  if (typeof data !== 'object' || data === null) return data;
  const object = {};
  for (const [key, value] of Object.entries(data)) {
    Object.defineProperty(object, key, {
      value: asIntegers(value),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}
