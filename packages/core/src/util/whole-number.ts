import { ConfigError } from '../contract/errors.js';

/** The most that the protocol's int32 fields carry, and the most milliseconds that a timer of Node.js waits. */
export const maxInt32: number = 2 ** 31 - 1;

/**
 * Answers `value` if it is a whole number from `least` (default 0) to `most` (default 2^53 − 1). Else throws
 * `invalid_argument`, naming it as `name`.
 */
export function wholeNumber(name: string, value: number, least = 0, most: number = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `, ${least} or more,` : ` from ${least} to ${most},`;
  throw new ConfigError('invalid_argument', `${name} must be a whole number${range} not ${value}`);
}
