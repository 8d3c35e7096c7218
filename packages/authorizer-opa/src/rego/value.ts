/**
 * A value of Rego, as built-in functions are given it. A number written without a fraction is a bigint, whatever its
 * size (nanoseconds since 1970 are beyond what a double holds exactly); one with a fraction or an exponent is a number.
 */
export type RegoValue = null | boolean | bigint | number | string | readonly RegoValue[] | RegoSet | RegoObject;

/** A set. The elements are distinct, and sorted where a {@link RegoSet} was made by {@link RegoSet.of}. */
export class RegoSet {
  readonly elements: readonly RegoValue[];

  constructor(elements: readonly RegoValue[]) {
    this.elements = elements;
  }

  /** The set of these, each once. */
  static of(elements: Iterable<RegoValue>): RegoSet {
    return new RegoSet([...distinct(elements).values()]);
  }

  /** The texts of the elements, to find one by. */
  texts(): Set<string> {
    return new Set(this.elements.map(formatValue));
  }
}

/** An object. Its keys may be any value; those that are no strings are found by {@link formatValue}. */
export class RegoObject {
  readonly entries: readonly (readonly [key: RegoValue, value: RegoValue])[];

  constructor(entries: readonly (readonly [key: RegoValue, value: RegoValue])[]) {
    this.entries = entries;
  }

  static of(fields: Readonly<Record<string, RegoValue>>): RegoObject {
    return new RegoObject(Object.entries(fields));
  }

  /** The value under a key; undefined if there is none. */
  get(key: RegoValue): RegoValue | undefined {
    const text = formatValue(key);
    return this.entries.find(([candidate]) => candidate === key || formatValue(candidate) === text)?.[1];
  }

  /** This object with a value under a key. */
  with(key: RegoValue, value: RegoValue): RegoObject {
    return new RegoObject([...this.without(key).entries, [key, value]]);
  }

  without(key: RegoValue): RegoObject {
    const text = formatValue(key);
    return new RegoObject(this.entries.filter(([candidate]) => formatValue(candidate) !== text));
  }
}

export const isArray = (value: RegoValue | undefined): value is readonly RegoValue[] => Array.isArray(value);

/** Rego's own text of a value, the same for equal values: the members of sets and objects are sorted. */
export function formatValue(value: RegoValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(formatValue).join(', ')}]`;
  if (value instanceof RegoSet) {
    return value.elements.length === 0 ? 'set()' : `{${value.elements.map(formatValue).sort().join(', ')}}`;
  }
  if (value instanceof RegoObject) {
    const fields = value.entries.map(([key, member]) => `${formatValue(key)}: ${formatValue(member)}`);
    return `{${fields.sort().join(', ')}}`;
  }
  return String(value);
}

export const isEqual = (a: RegoValue, b: RegoValue): boolean => a === b || formatValue(a) === formatValue(b);

function distinct(elements: Iterable<RegoValue>): Map<string, RegoValue> {
  const found = new Map<string, RegoValue>();
  for (const element of elements) found.set(formatValue(element), element);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
