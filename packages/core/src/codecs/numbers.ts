/** Why a literal has no value: it is beyond what a double reaches, or a double would stand for another whole number. */
export type NumberFault = 'out of range' | 'not exact';

const wholePattern = /^[+-]?\d+$/;
/** Longer whole numbers than the largest double are out of range, for every reader. */
const maxDigits = 309;

/**
 * The value of a decimal literal: `-12`, `1.5`, `2e3`. A whole number beyond ±(2^53 − 1) is a bigint; a fraction is the
 * nearest double, as in any language. A literal with a fraction or an exponent that is a whole number which doubles do
 * not have (`9007199254740993.0`) is a fault, and so is one that a double would make infinite or zero.
 */
export function readNumber(literal: string): number | bigint | NumberFault {
  const number = Number(literal);
  if (!Number.isFinite(number)) return 'out of range';
  if (wholePattern.test(literal)) {
    // A whole number has no negative zero.
    if (Number.isSafeInteger(number)) return number + 0;
    return literal.length > maxDigits + 1 ? 'out of range' : BigInt(literal.replace('+', ''));
  }
  if (number === 0) return /^[^e]*[1-9]/i.test(literal) ? 'out of range' : number;
  if (!Number.isInteger(number) || Number.isSafeInteger(number)) return number;
  const meant = wholeOf(literal);
  return meant === BigInt(number) || meant === wholeOf(String(number)) ? number : 'not exact';
}

/** The whole number that a literal with a fraction or an exponent stands for; `undefined` if it is none. */
function wholeOf(literal: string): bigint | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(literal) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '').replace(/0+$/, '');
  const zeros = (whole + fraction).replace(/^0+/, '').length - digits.length + Number(exponent) - fraction.length;
  if (digits.length > maxDigits || zeros < 0 || zeros > maxDigits) return undefined;
  return BigInt(`${sign === '-' ? '-' : ''}${digits || '0'}${'0'.repeat(zeros)}`);
}

/** The number that a bigint is, if there is one. */
export function numberOf(whole: bigint): number | undefined {
  const number = Number(whole);
  return Number.isFinite(number) && BigInt(number) === whole ? number : undefined;
}

/** The whole number that a double is, where it is no other's as well: beyond 2^53 both its digits and its bits say so. */
export function bigintOf(number: number): bigint | undefined {
  if (!Number.isInteger(number)) return undefined;
  const whole = BigInt(number);
  return Number.isSafeInteger(number) || wholeOf(String(number)) === whole ? whole : undefined;
}
