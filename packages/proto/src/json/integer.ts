import { JsonMappingError } from './error.js';
import type { JsonSchema, Kind } from './kind.js';

// A JSON number that is whole by its digits alone, so that no rounding can hide a fraction.
const wholeJson = /^-?(?:0|[1-9]\d*)(?:\.0+)?(?:[eE]\+?\d+)?$/;
const wholeText = /^-?\d+$/;

function integerKind(min: number, max: number, schema: JsonSchema): Kind<number> {
  const asString = schema.type === 'string';
  const problem = `must be a whole number from ${min} to ${max}`;
  const check = (value: unknown): number => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      throw new JsonMappingError(problem);
    }
    return value + 0; // -0 is 0
  };
  const readText = (text: string, syntax: RegExp): number => check(syntax.test(text) ? Number(text) : undefined);
  return {
    absent: asString ? '"0"' : '0',
    schema,
    write: (value) => (asString ? `"${check(value)}"` : `${check(value)}`),
    read: (json) => (typeof json === 'string' ? readText(json, wholeJson) : check(json)),
    parse: (text) => readText(text, wholeText),
  };
}

export const int32Kind: Kind<number> = integerKind(-(2 ** 31), 2 ** 31 - 1, { type: 'integer', format: 'int32' });

export const uint32Kind: Kind<number> = integerKind(0, 2 ** 32 - 1, {
  type: 'integer',
  minimum: 0,
  maximum: 2 ** 32 - 1,
});

/** A decimal string in JSON; a `number` in messages, and so never above 2^53 − 1 in size. */
export const int64Kind: Kind<number> = integerKind(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, {
  type: 'string',
  format: 'int64',
});
