import fc from 'fast-check';
import { expect, test } from 'vitest';
import { briefJson, formatJson } from './format-json.ts';
import { readJson, sameData, writeJson } from './json.ts';
import { languageOf, scalarOf } from './language.ts';
import { parse } from './parse.ts';
import { differences } from './semantic-diff.ts';

test('JSON is laid out without a change of what is written', () => {
  expect(formatJson('{"a":1.50,"a":[],"b":{"c":[1,2]},"d":"{\\"x\\":1}"}')).toBe(
    '{\n  "a": 1.50,\n  "a": [],\n  "b": {\n    "c": [\n      1,\n      2\n    ]\n  },\n  "d": "{\\"x\\":1}"\n}',
  );
  expect(formatJson('{"a":')).toBe('{"a":');
  expect(formatJson('9007199254740993')).toBe('9007199254740993');
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(JSON.parse(formatJson(text))).toEqual(JSON.parse(text));
    }),
    { seed: 3, numRuns: 300 },
  );
});

test('big numbers are read and written exactly', () => {
  expect(readJson('[9007199254740993,1.5]')).toEqual([9007199254740993n, 1.5]);
  expect(writeJson(readJson('[9007199254740993]'))).toBe('[\n  9007199254740993\n]');
});

test('differences go by meaning: order of keys is none, paths are readable', () => {
  expect(differences(readJson('{"a":1,"b":[1,2]}'), readJson('{"b":[1,2],"a":1}'))).toEqual([]);
  const found = differences(readJson('{"a":{"x y":1},"b":[1],"c":1}'), readJson('{"a":{"x y":2},"b":[1,2],"d":1}'));
  expect(found.map(({ path, kind }) => [path, kind])).toEqual([
    ['a."x y"', 'changed'],
    ['b[1]', 'added'],
    ['c', 'removed'],
    ['d', 'added'],
  ]);
  expect(sameData(readJson('{"__proto__":1}'), readJson('{}'))).toBe(false);
});

test('a codec tells the language; a chain is only text', () => {
  expect([languageOf('json'), languageOf('yaml'), languageOf('client:encrypted:json'), languageOf('raw')]).toEqual([
    'json',
    'yaml',
    'text',
    'text',
  ]);
  expect(scalarOf(' true ', 'json')).toEqual({ type: 'boolean', value: 'true' });
  expect(scalarOf('-1.5e3', 'json')).toEqual({ type: 'number', value: '-1.5e3' });
  expect(scalarOf('"a\\nb"', 'json')).toEqual({ type: 'text', value: 'a\nb' });
  expect(scalarOf('{}', 'json')).toBeUndefined();
  expect(briefJson('x'.repeat(100), 10)).toBe('xxxxxxxxx…');
});

test.each([
  ['json', '{"a": }', 6],
  ['json', '', 0],
  ['json', 'null', 0],
  ['yaml', 'a: 1\nb: [1', 8],
  ['toml', 'a = 1\nb = ?', 10],
] as const)('a fault in %s is found at its place: %j', (language, text, from) => {
  const result = parse(language, text);
  expect(result).toMatchObject({ fault: { message: expect.stringMatching(/\w/) } });
  if ('fault' in result) expect(Math.abs(result.fault.from - from)).toBeLessThanOrEqual(2);
});

test('YAML and TOML are read as JSON would say it', () => {
  expect(parse('yaml', 'a: 1\nb: {c: [x]}')).toEqual({ data: { a: 1, b: { c: ['x'] } } });
  expect(parse('toml', 'a = 1\nat = 1979-05-27')).toMatchObject({ data: { a: 1 } });
});
