import fc from 'fast-check';
import { expect, test } from 'vitest';
import { int32Kind, int64Kind, uint32Kind } from './integer.js';

test('an int32 is a JSON number, an int64 a decimal string', () => {
  expect(int32Kind.write(-5)).toBe('-5');
  expect(int64Kind.write(-5)).toBe('"-5"');
  expect(int64Kind.write(Number.MAX_SAFE_INTEGER)).toBe('"9007199254740991"');
  expect(int64Kind.write(-0)).toBe('"0"');
});

test.each([5, '5', '5.0', '5e0', '5E+0'])('%j is read as 5', (json) => {
  expect(int32Kind.read(json)).toBe(5);
  expect(int64Kind.read(json)).toBe(5);
});

test.each(['1e3', 1e3])('%j is read as 1000', (json) => {
  expect(int64Kind.read(json)).toBe(1000);
});

test.each([-0, '-0', '-0.0'])('%j is read as 0', (json) => {
  expect(Object.is(int64Kind.read(json), 0)).toBe(true);
});

const wrong = [
  1.5,
  '1.5',
  'abc',
  '',
  ' 1',
  '1 ',
  '+1',
  '01',
  '0x10',
  '1_000',
  '1e-400',
  '1e400',
  '.5',
  '٣',
  Number.NaN,
];
const wrongTypes = [Number.POSITIVE_INFINITY, true, [], [1], {}, 5n];

test.each([...wrong, ...wrongTypes])('%o is not an integer', (json) => {
  expect(() => int32Kind.read(json)).toThrow('must be a whole number from -2147483648 to 2147483647');
  expect(() => int64Kind.read(json)).toThrow('must be a whole number from -9007199254740991 to 9007199254740991');
});

test('an int32 is in its range', () => {
  for (const value of [2_147_483_647, -2_147_483_648]) expect(int32Kind.read(value)).toBe(value);
  for (const value of [2_147_483_648, '-2147483649']) expect(() => int32Kind.read(value)).toThrow('whole number');
});

test('a uint32 is in its range', () => {
  for (const value of [0, 4_294_967_295]) expect(uint32Kind.read(value)).toBe(value);
  for (const value of [-1, '4294967296']) expect(() => uint32Kind.read(value)).toThrow('from 0 to 4294967295');
});

test('an int64 is not above 2^53 − 1 in size, where a number would be another', () => {
  for (const text of ['9007199254740991', '-9007199254740991']) expect(String(int64Kind.read(text))).toBe(text);
  for (const text of ['9007199254740992', '9007199254740993', '-9007199254740992', '9223372036854775807']) {
    expect(() => int64Kind.read(text)).toThrow('whole number');
    expect(() => int64Kind.parse(text)).toThrow('whole number');
  }
});

test('in a query an integer is plain digits', () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => int64Kind.parse(String(value)) === value));
  for (const text of ['', 'abc', '1.5', '1.0', '1e3', ' 1', '1 ', '--1', '0x1']) {
    expect(() => int32Kind.parse(text)).toThrow('must be a whole number');
  }
});
