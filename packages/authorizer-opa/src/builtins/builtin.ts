import { isArray, RegoObject, RegoSet, type RegoValue } from '../rego/value.js';
import { BuiltinError } from './builtin-error.js';

/**
 * A built-in function of Rego, called at once, from within WebAssembly. `undefined`, and a {@link BuiltinError}, make the
 * call undefined; any other error ends the evaluation, and the guard fails.
 */
export type Builtin = (args: readonly RegoValue[], context: EvaluationContext) => RegoValue | undefined;

export type Builtins = Readonly<Record<string, Builtin>>;

/** The state of one evaluation. */
export interface EvaluationContext {
  /** The time, in nanoseconds since 1970: the same for the whole of an evaluation. */
  readonly now: bigint;
  /** Random values by what they were asked with, so that the same question has the same answer. */
  readonly drawn: Map<string, RegoValue>;
  /** Takes what `print` is given. */
  readonly print: (text: string) => void;
}

// Arguments, checked: each of these throws a BuiltinError that names the position, from 1.

export function stringAt(args: readonly RegoValue[], index: number): string {
  const value = args[index];
  return typeof value === 'string' ? value : wrongType(index, 'a string');
}

/** A whole number that a double holds exactly. */
export function wholeAt(args: readonly RegoValue[], index: number): number {
  const number = Number(bigAt(args, index));
  return Number.isSafeInteger(number) ? number : wrongType(index, 'a smaller number');
}

/** A whole number of any size. */
export function bigAt(args: readonly RegoValue[], index: number): bigint {
  const value = args[index];
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : wrongType(index, 'a whole number');
}

export function objectAt(args: readonly RegoValue[], index: number): RegoObject {
  const value = args[index];
  return value instanceof RegoObject ? value : wrongType(index, 'an object');
}

export function arrayAt(args: readonly RegoValue[], index: number): readonly RegoValue[] {
  const value = args[index];
  return isArray(value) ? value : wrongType(index, 'an array');
}

/** The members of an array or a set. */
export function membersAt(args: readonly RegoValue[], index: number): readonly RegoValue[] {
  const value = args[index];
  if (isArray(value)) return value;
  return value instanceof RegoSet ? value.elements : wrongType(index, 'an array or a set');
}

/** A string, or the strings of an array or a set. */
export function stringsAt(args: readonly RegoValue[], index: number): readonly string[] {
  if (typeof args[index] === 'string') return [args[index]];
  return membersAt(args, index).map((member) =>
    typeof member === 'string' ? member : wrongType(index, 'made of strings'),
  );
}

function wrongType(index: number, expected: string): never {
  throw new BuiltinError(`argument ${index + 1} must be ${expected}`);
}
