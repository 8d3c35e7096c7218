import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuiltinError } from '../builtins/builtin-error.js';
import { parseJson, parseValue } from './parse.js';
import { formatValue, isEqual, RegoObject, RegoSet, type RegoValue } from './value.js';

const { value } = fc.letrec<{ value: RegoValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.bigInt(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Number.isInteger(number)),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value')),
    fc.array(tie('value')).map((elements) => RegoSet.of(elements)),
    fc.array(fc.tuple(tie('value'), tie('value'))).map((entries) => new RegoObject(entries)),
  ),
}));

describe('values of Rego', () => {
  it('are read as they were written', () => {
    fc.assert(fc.property(value, (one) => isEqual(parseValue(formatValue(one)), one)));
  });

  it('keep whole numbers exact', () => {
    expect(parseValue('9223372036854775807')).toBe(9_223_372_036_854_775_807n);
    expect(parseValue('1.5')).toBe(1.5);
    expect(() => parseValue('1e999')).toThrow(BuiltinError);
  });

  it('are equal whatever the order of their members', () => {
    expect(isEqual(parseValue('{"b": {2, 1}, "a": set()}'), parseValue('{"a":set(),"b":{1,2,1}}'))).toBe(true);
    expect(isEqual(parseValue('[1, 2]'), parseValue('[2, 1]'))).toBe(false);
    expect(parseValue('{[1]: 2}')).toBeInstanceOf(RegoObject);
    expect((parseValue('{[1]: 2}') as RegoObject).get([1n])).toBe(2n);
  });

  it.each(['', '[', '{"a":}', '"x', '{1 2}', 'nul', '1 2', '[1,]', '--1', 'set(1)', '"\\x"'])(
    'are not read from %s',
    (text) => {
      expect(() => parseValue(text)).toThrow(SyntaxError);
    },
  );

  it('are read from JSON alone where it must be', () => {
    expect(parseJson(' {"a": [1]} ')).toEqual(RegoObject.of({ a: [1n] }));
    expect(() => parseJson('{1}')).toThrow(SyntaxError);
  });
});
