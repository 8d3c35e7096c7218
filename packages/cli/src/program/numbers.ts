import { InvalidArgumentError } from '@commander-js/extra-typings';

/** Reads a whole number that is not negative. */
export function count(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('It must be a whole number.');
  return number;
}

/** Reads a whole number from 1 on. */
export function ordinal(text: string): number {
  const number = count(text);
  if (number === 0) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return number;
}

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads a length of time, such as `90s`, into milliseconds. */
export function duration(text: string): number {
  const [, digits, unit] = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) {
    throw new InvalidArgumentError('It must be a whole number with ms, s, m, h or d, such as 90s.');
  }
  return Number(digits) * unitsMs[unit as keyof typeof unitsMs];
}
