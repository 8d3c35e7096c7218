import { formatValue, type RegoValue } from '../rego/value.js';

/*
 * Go's fmt.Sprintf for what a policy can hand it: whole numbers, fractions and text; any other value is the text that
 * Rego writes it as. What does not fit a verb is said in the result, as in Go.
 */

type Operand = bigint | number | string;

interface Directive {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly verb: string;
}

/** Wider than this is nonsense, and would fill the memory; Go's limit. */
const maxWidth = 1_000_000;

const directive = /%(?<flags>[-+# 0]*)(?<width>\d+|\*)?(?:\.(?<precision>\d+|\*)?)?(?<verb>.)?/gsu;

export function sprintf(format: string, args: readonly RegoValue[]): string {
  let next = 0;
  const take = (): Operand | undefined => {
    const value = args[next];
    next += 1;
    return value === undefined ? undefined : operandOf(value);
  };
  const size = (written: string | undefined, otherwise: number | undefined): number | undefined => {
    const number = written === '*' ? Number(take()) : written === undefined ? otherwise : Number(written);
    return number !== undefined && number <= maxWidth ? number : undefined;
  };
  const text = format.replace(directive, (...found) => {
    const groups: Record<string, string | undefined> = found.at(-1);
    const { flags = '', verb } = groups;
    const width = size(groups.width, undefined);
    const precision = size(groups.precision, String(found[0]).includes('.') ? 0 : undefined);
    if (verb === undefined) return '%!(NOVERB)';
    if (verb === '%') return '%';
    const operand = take();
    if (operand === undefined) return `%!${verb}(MISSING)`;
    return pad(one(operand, { flags, width, precision, verb }), { flags, width, precision, verb });
  });
  if (next >= args.length) return text;
  const extra = args.slice(next).map(operandOf);
  return `${text}%!(EXTRA ${extra.map((one) => `${typeName(one)}=${plain(one)}`).join(', ')})`;
}

const operandOf = (value: RegoValue): Operand =>
  typeof value === 'string' || typeof value === 'bigint' || typeof value === 'number' ? value : formatValue(value);

function one(operand: Operand, directive: Directive): string {
  const { verb, flags, precision } = directive;
  if (verb === 'T') return typeName(operand);
  if (verb === 'v' && typeof operand !== 'number')
    return flags.includes('#') ? goSyntax(operand) : plain(operand, flags);
  if (typeof operand === 'string') return textOf(operand, directive);
  if (typeof operand === 'bigint') return wholeOf(operand, directive);
  return verb === 'v' && precision === undefined ? plain(operand, flags) : fractionOf(operand, directive);
}

const typeName = (operand: Operand): string =>
  typeof operand === 'string'
    ? 'string'
    : typeof operand === 'number'
      ? 'float64'
      : isInt64(operand)
        ? 'int64'
        : '*big.Int';

const isInt64 = (value: bigint): boolean => BigInt.asIntN(64, value) === value;

const goSyntax = (operand: Operand): string =>
  typeof operand === 'string' ? JSON.stringify(operand) : String(operand);

const plain = (operand: Operand, flags = ''): string =>
  typeof operand === 'number'
    ? signed(shortest(operand), flags)
    : typeof operand === 'bigint'
      ? signed(String(operand), flags)
      : operand;

function textOf(text: string, { verb, flags, precision }: Directive): string {
  const cut = precision === undefined ? text : [...text].slice(0, precision).join('');
  switch (verb) {
    case 's':
      return cut;
    case 'q':
      return JSON.stringify(cut);
    case 'x':
    case 'X': {
      const hex = Buffer.from(cut).toString('hex');
      const spaced = flags.includes(' ') ? hex.replace(/..(?=.)/g, '$& ') : hex;
      return verb === 'x' ? spaced : spaced.toUpperCase();
    }
    default:
      return bad(verb, text);
  }
}

const radixes: Readonly<Record<string, number>> = { d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const prefixes: Readonly<Record<string, string>> = { b: '0b', o: '0', x: '0x', X: '0X' };

function wholeOf(value: bigint, { verb, flags, precision }: Directive): string {
  const radix = radixes[verb];
  if (radix === undefined) {
    if (verb === 's' && !isInt64(value)) return String(value);
    if (verb === 'c') return String.fromCodePoint(Number(value <= 0x10ffffn && value >= 0n ? value : 0xfffdn));
    if (verb === 'q') return `'${String.fromCodePoint(Number(value <= 0x10ffffn && value >= 0n ? value : 0xfffdn))}'`;
    if (verb === 'U') return `U+${value.toString(16).toUpperCase().padStart(4, '0')}`;
    return bad(verb, value);
  }
  const magnitude = (value < 0n ? -value : value).toString(radix).padStart(precision ?? 0, '0');
  const prefix = verb === 'O' ? '0o' : flags.includes('#') ? (prefixes[verb] ?? '') : '';
  const digits = prefix + (verb === 'X' ? magnitude.toUpperCase() : magnitude);
  return signed(value < 0n ? `-${digits}` : digits, flags);
}

function fractionOf(value: number, { verb, flags, precision }: Directive): string {
  switch (verb) {
    case 'f':
    case 'F':
      return signed(fixed(value, Math.min(precision ?? 6, 100)), flags);
    case 'e':
    case 'E': {
      const text = twoDigitExponent(exponential(value, Math.min(precision ?? 6, 100)));
      return signed(verb === 'e' ? text : text.toUpperCase(), flags);
    }
    case 'g':
    case 'G':
    case 'v': {
      const text = precision === undefined ? shortest(value) : general(value, Math.max(Math.min(precision, 100), 1));
      return signed(verb === 'G' ? text.toUpperCase() : text, flags);
    }
    default:
      return bad(verb, value);
  }
}

/** The shortest text that reads back as the same number; with an exponent from 1e6, and below 1e-4. */
function shortest(value: number): string {
  const [, exponent = '0'] = value.toExponential().split('e');
  const isPlain = value === 0 || (Number(exponent) >= -4 && Number(exponent) < 6);
  return isPlain ? plainDigits(value) : twoDigitExponent(value.toExponential());
}

function plainDigits(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/0+$/, '') : text;
}

function general(value: number, digits: number): string {
  const exponent = Number(exponential(value, digits - 1).split('e')[1] ?? 0);
  if (exponent < -4 || exponent >= digits) {
    return twoDigitExponent(exponential(value, digits - 1).replace(/\.?0+e/, 'e'));
  }
  const text = fixed(value, Math.min(Math.max(digits - 1 - exponent, 0), 100));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** As `toFixed`; but what lies in the middle goes to the even digit, as in Go, rather than up. */
function fixed(value: number, digits: number): string {
  const exact = value.toFixed(Math.min(digits + 30, 100));
  const [whole = '', part = ''] = exact.split('.');
  const kept = part.slice(0, digits);
  return isTieToEven(whole + kept, part.slice(digits))
    ? whole + (kept === '' ? '' : `.${kept}`)
    : value.toFixed(digits);
}

/** As `toExponential`, with the same difference. */
function exponential(value: number, digits: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(Math.min(digits + 30, 100)).split('e');
  const [whole = '', part = ''] = mantissa.split('.');
  const kept = part.slice(0, digits);
  return isTieToEven(whole + kept, part.slice(digits))
    ? `${whole}${kept === '' ? '' : `.${kept}`}e${exponent}`
    : value.toExponential(digits);
}

const isTieToEven = (kept: string, rest: string): boolean => /^50*$/.test(rest) && /[02468]$/.test(kept);

const twoDigitExponent = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');

const signed = (digits: string, flags: string): string =>
  digits.startsWith('-') ? digits : flags.includes('+') ? `+${digits}` : flags.includes(' ') ? ` ${digits}` : digits;

const bad = (verb: string, operand: Operand): string => `%!${verb}(${typeName(operand)}=${plain(operand)})`;

function pad(text: string, { flags, width, verb }: Directive): string {
  if (width === undefined) return text;
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (flags.includes('-')) return text + ' '.repeat(missing);
  if (!flags.includes('0') || verb === 'T') return ' '.repeat(missing) + text;
  const [, sign = '', digits = ''] = /^([-+ ]?)(.*)$/s.exec(text) ?? [];
  return sign + '0'.repeat(missing) + digits;
}
