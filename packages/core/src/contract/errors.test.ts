import { expect, expectTypeOf, it } from 'vitest';
import { ConfigError, type ErrorCode, errorCodes, isConfigError, isTransient, transience } from './errors.js';

it('tells errors apart by code, those of another copy of the package too', () => {
  const error = new ConfigError('not_found', 'no such key');
  const foreign = { cfgConfigError: true, code: 'not_found', metadata: {} };
  for (const each of [error, foreign]) {
    expect(isConfigError(each)).toBe(true);
    expect(isConfigError(each, 'closed', 'not_found')).toBe(true);
    expect(isConfigError(each, 'closed')).toBe(false);
  }
  for (const other of [undefined, null, 'not_found', new Error('not_found')]) expect(isConfigError(other)).toBe(false);
});

it('narrows the code to those that were asked for', () => {
  const check = (error: unknown): void => {
    if (isConfigError(error, 'not_found', 'closed')) expectTypeOf(error.code).toEqualTypeOf<'not_found' | 'closed'>();
    else if (isConfigError(error)) expectTypeOf(error.code).toEqualTypeOf<ErrorCode>();
  };
  check(undefined);
});

it('says of each code whether it may pass by itself', () => {
  const passing = errorCodes.filter((code) => isTransient(new ConfigError(code, '')));
  expect(passing).toEqual([
    ...['not_connected', 'guard_timeout', 'resource_exhausted'],
    ...['unavailable', 'deadline_exceeded', 'cancelled', 'internal'],
  ]);
  expect(Object.keys(transience).sort()).toEqual([...errorCodes].sort());
  expect(isTransient(new Error('of a store that throws its own'))).toBe(true);
  expect(isTransient({ cfgConfigError: true, code: 'of_a_newer_copy' })).toBe(false);
});
