import type { RegoValue } from '../rego/value.js';
import { BuiltinError } from './builtin-error.js';

/** A fraction, exact: what Go computes with big.Rat. */
interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Factors by unit, in lower case. */
const decimal = new Map(['', 'k', 'm', 'g', 't', 'p', 'e'].map((unit, index) => [unit, 1000n ** BigInt(index)]));
const binary = new Map(['ki', 'mi', 'gi', 'ti', 'pi', 'ei'].map((unit, index) => [unit, 1024n ** BigInt(index + 1)]));

const factorOf = (unit: string): bigint | undefined => decimal.get(unit) ?? binary.get(unit);

/** `10K` is 10,000, `10Ki` is 10,240, `200m` is 0.2. Case counts only for m, a thousandth, and M, a million. */
export function parseUnits(text: string): RegoValue {
  const [amount, unit] = amountAndUnit(text.replaceAll('"', ''));
  if (unit === 'm') return regoValueOf({ numerator: amount.numerator, denominator: amount.denominator * 1000n });
  const factor = factorOf(unit.toLowerCase());
  if (factor === undefined) throw new BuiltinError(`units.parse: unit ${unit} not recognized`);
  return regoValueOf({ numerator: amount.numerator * factor, denominator: amount.denominator });
}

/** `10KB` is 10,000, `10KiB` is 10,240; no case counts, and parts of bytes are dropped. */
export function parseBytes(text: string): RegoValue {
  const [amount, unit] = amountAndUnit(text.toLowerCase().replaceAll('"', ''));
  const factor = unit === 'b' ? undefined : factorOf(unit.replace(/b$/, ''));
  if (factor === undefined) throw new BuiltinError(`units.parse_bytes: byte unit ${unit} not recognized`);
  return (amount.numerator * factor) / amount.denominator;
}

function amountAndUnit(text: string): [amount: Fraction, unit: string] {
  if (text.includes(' ')) throw new BuiltinError('spaces not allowed in resource strings');
  const [, digits = '', unit = ''] = /^((?:[\d.+-]|e[+-]?\d+)*)(.*)$/is.exec(text) ?? [];
  if (digits === '') throw new BuiltinError('no amount provided');
  const parts = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(digits);
  const [, sign, whole = '', part = '', exponent = '0'] = parts ?? [];
  if (parts === null || whole + part === '') throw new BuiltinError('could not parse amount to a number');
  if (exponent.replace(/^[+-]/, '').length > 6) throw new BuiltinError('exponent too large');
  const power = Number(exponent) - part.length;
  if (Math.abs(power) > maxPower) throw new BuiltinError('exponent too large');
  const digitsOnly = BigInt(whole + part) * (sign === '-' ? -1n : 1n);
  const scale = 10n ** BigInt(Math.abs(power));
  const amount: Fraction =
    power < 0 ? { numerator: digitsOnly, denominator: scale } : { numerator: digitsOnly * scale, denominator: 1n };
  return [amount, unit];
}

/** A number with more digits is no amount of anything. */
const maxPower = 1_000;

/** Whole where it is; else rounded to ten digits after the point, as OPA does. */
function regoValueOf({ numerator, denominator }: Fraction): RegoValue {
  if (numerator % denominator === 0n) return numerator / denominator;
  const digits = 10n ** 10n;
  const scaled = (numerator * digits * 2n + (numerator < 0n ? -denominator : denominator)) / (denominator * 2n);
  return Number(scaled) / Number(digits);
}
