import { Secret } from '../codecs/secret.js';

/** Whether the number stands for one value only: beyond 2^53 several whole numbers are decoded to the same. */
export const isExact = (number: number): boolean => !Number.isInteger(number) || Number.isSafeInteger(number);

export const isPlainObject = (data: unknown): boolean => describe(data) === 'an object';

/** Describes data for an error message, without showing the data itself. */
export function describe(data: unknown): string {
  if (Array.isArray(data)) return 'an array';
  if (data instanceof Secret) return 'a secret';
  if (data instanceof Uint8Array) return 'bytes';
  if (data instanceof Date) return 'a date';
  if (typeof data === 'object') return 'an object';
  if (typeof data === 'number' && Number.isInteger(data) && !isExact(data)) return 'a number too large to be exact';
  return `a ${typeof data}`;
}
