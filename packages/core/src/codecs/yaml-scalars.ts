import { type NumberFault, readNumber } from './numbers.js';

const words = new Map<string, unknown>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
]);

const decimal = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;
const otherBase = /^0(?:o[0-7]+|x[\da-fA-F]+)$/;
/** Longer numbers are out of range, in any base that YAML has. */
const longest = 256;

/** The data that a plain scalar stands for in YAML's core schema. */
export function resolvePlain(text: string): unknown {
  if (words.has(text)) return words.get(text);
  if (otherBase.test(text)) {
    if (text.length > longest) return text;
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text);
  }
  if (!decimal.test(text)) return text;
  const number = readNumber(text);
  if (number === 'not exact') return new UnreadNumber(number);
  // As in the original: 123e4567, a commit, say, is a text.
  return number === 'out of range' ? text : number;
}

/** A number that cannot be read exactly. */
export class UnreadNumber {
  readonly fault: NumberFault;

  constructor(fault: NumberFault) {
    this.fault = fault;
  }
}

/** The data that a scalar with an explicit YAML tag stands for; `undefined` if the tag does not fit. */
export function resolveTagged(name: string, text: string): unknown {
  if (name === 'str') return text;
  const value = resolvePlain(text);
  if (value instanceof UnreadNumber) return value;
  switch (name) {
    case 'null':
      return value === null ? null : undefined;
    case 'bool':
      return typeof value === 'boolean' ? value : undefined;
    case 'int':
      return typeof value === 'bigint' || Number.isInteger(value) ? value : undefined;
    case 'float':
      return typeof value === 'number' ? value : undefined;
    default:
      return undefined;
  }
}
