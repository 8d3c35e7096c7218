import { describe, expect, it } from 'vitest';
import { maxMarks } from './marks.js';
import { defaultCodecs } from './registry.js';

const codecs = defaultCodecs();
const invalid = (what: string) =>
  expect.objectContaining({ code: 'invalid_value', message: expect.stringContaining(what) });
const many = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join('');

/** Texts of a format, by how many parts they have. */
const shapes: Record<string, ((parts: number) => string)[]> = {
  json: [
    (n) => `[${'[],'.repeat(n - 2)}[]]`,
    (n) => `{${many(n, (i) => `"k${i}":1,`)}"z":1}`,
    (n) => `[${'{"a":1},'.repeat(n / 2)}1]`,
  ],
  yaml: [
    (n) => '- a\n'.repeat(n / 2),
    (n) => many(n / 2, (i) => `k${i}: 1\n`),
    (n) => `[${'a,'.repeat(n - 2)}]`,
    (n) => `{${many(n - 3, (i) => `k${i},`)}}`,
  ],
  toml: [
    (n) => many(n / 2, (i) => `k${i}=1\n`),
    (n) => `a=[${'1,'.repeat(n - 4)}]`,
    (n) => many(n / 4, (i) => `[t${i}]\n`),
  ],
};

describe.each(Object.keys(shapes))('%s', (codec) => {
  it.each(shapes[codec]?.map((shape) => [shape(8), shape]) ?? [])(
    'of few parts is read, of many kept: %j',
    (_, shape) => {
      const few = Buffer.from(shape(maxMarks / 2));
      expect(codecs.decode(few, codec)).toBeTypeOf('object');
      const lots = Buffer.from(shape(maxMarks * 2));
      expect(codecs.inspect(lots, codec)).toBe('custom');
      expect(() => codecs.decode(lots, codec)).toThrow(invalid('the limit is 50,000'));
    },
  );

  it('of few long parts is read, however long they are', () => {
    const text = 'x'.repeat(1_000_000);
    const data = { text, lines: `${'x'.repeat(100)}\n`.repeat(9_000) };
    expect(codecs.decode(codecs.encode(data, codec), codec)).toEqual(data);
  });

  it('nested more deeply than a thousand levels is refused, by the door too', () => {
    const deep: Record<string, string[]> = {
      json: ['['.repeat(500_000), '{"a":'.repeat(100_000), `${'['.repeat(1_001)}${']'.repeat(1_001)}`],
      yaml: ['['.repeat(40_000), '- '.repeat(20_000), '{a: '.repeat(10_000)],
      toml: [`a=${'['.repeat(20_000)}`, `[${'a.'.repeat(20_000)}a]`, `a=${'{a='.repeat(10_000)}`],
    };
    for (const text of deep[codec] ?? []) {
      expect(() => codecs.inspect(Buffer.from(text), codec), text.slice(0, 9)).toThrow(invalid(codec));
    }
  });
});

it('numbers and texts of a JSON list are no parts: a parser makes nothing of them', () => {
  const ids = Array.from({ length: 150_000 }, (_, i) => i);
  expect(codecs.decode(codecs.encode(ids, 'json'), 'json')).toEqual(ids);
});

it('what is not closed is refused, whatever its size', () => {
  expect(() => codecs.inspect(Buffer.from(`[${'[],'.repeat(200_000)}`), 'json')).toThrow(invalid('not valid json'));
  expect(() => codecs.inspect(Buffer.from(`"${'[{'.repeat(200_000)}`), 'json')).toThrow(invalid('not valid json'));
});
