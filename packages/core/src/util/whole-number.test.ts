import { expect, it } from 'vitest';
import { isConfigError } from '../contract/errors.js';
import { wholeNumber } from './whole-number.js';

it('answers a whole number within its bounds', () => {
  expect(wholeNumber('limit', 0)).toBe(0);
  expect(wholeNumber('limit', Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
  expect(wholeNumber('port', 1, 1, 5)).toBe(1);
  expect(wholeNumber('port', 5, 1, 5)).toBe(5);
});

it.each([
  [-1, 0, undefined, 'x must be a whole number, 0 or more, not -1'],
  [1.5, 0, undefined, 'x must be a whole number, 0 or more, not 1.5'],
  [2 ** 53, 0, undefined, 'x must be a whole number, 0 or more, not 9007199254740992'],
  [Number.NaN, 1, 5, 'x must be a whole number from 1 to 5, not NaN'],
  [0, 1, 5, 'x must be a whole number from 1 to 5, not 0'],
  [6, 1, 5, 'x must be a whole number from 1 to 5, not 6'],
  ['3' as never, 1, 5, 'x must be a whole number from 1 to 5, not 3'],
])('refuses %s', (value, least, most, message) => {
  let thrown: unknown;
  try {
    wholeNumber('x', value, least, most);
  } catch (error) {
    thrown = error;
  }
  expect(isConfigError(thrown, 'invalid_argument') && thrown.message).toBe(message);
});
