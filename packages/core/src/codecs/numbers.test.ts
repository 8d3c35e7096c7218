import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bigintOf, numberOf, readNumber } from './numbers.js';

describe('readNumber', () => {
  it.each<[string, unknown]>([
    ['0', 0],
    ['-0', 0],
    ['-0.0', -0],
    ['+12', 12],
    ['1.', 1],
    ['.5', 0.5],
    ['1e3', 1000],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['+9007199254740993', 9007199254740993n],
    ['9007199254740992.0', 2 ** 53],
    ['9007199254740993.0', 'not exact'],
    ['9.007199254740993e15', 'not exact'],
    ['9007199254740992.5', 'not exact'],
    ['1152921504606846976.0', 2 ** 60],
    ['1.152921504606847e+18', 2 ** 60],
    ['1e23', 1e23],
    ['3.14159265358979323846', Math.PI],
    ['1e400', 'out of range'],
    ['1e-400', 'out of range'],
    ['0e400', 0],
    ['0.0e-400', 0],
    ['1'.repeat(400), 'out of range'],
    [`1${'0'.repeat(308)}`, 10n ** 308n],
  ])('%s', (literal, value) => {
    expect(readNumber(literal)).toBe(value);
  });

  it('reads every double and every whole number as it is printed', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.bigInt(), (double, whole) => {
        expect(readNumber(double.toExponential()) === double).toBe(true);
        const read = readNumber(String(whole));
        expect(BigInt(read)).toBe(whole);
      }),
    );
  });
});

it('a bigint is a number, and a number a bigint, only where it is the same one', () => {
  expect([numberOf(2n ** 60n), numberOf(2n ** 53n + 1n), numberOf(10n ** 400n)]).toEqual([
    2 ** 60,
    undefined,
    undefined,
  ]);
  expect([bigintOf(7), bigintOf(1e22), bigintOf(2 ** 53), bigintOf(1e23), bigintOf(1.5)]).toEqual([
    7n,
    10n ** 22n,
    2n ** 53n,
    undefined,
    undefined,
  ]);
});
