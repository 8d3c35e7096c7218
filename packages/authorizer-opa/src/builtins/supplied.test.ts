import { describe, expect, it } from 'vitest';
import { parseValue } from '../rego/parse.js';
import { formatValue } from '../rego/value.js';
import type { EvaluationContext } from './builtin.js';
import { BuiltinError } from './builtin-error.js';
import { suppliedBuiltins } from './supplied.js';

const printed: string[] = [];
const context: EvaluationContext = { now: 0n, drawn: new Map(), print: (text) => printed.push(text) };

/** A call, its arguments and its result in the text of Rego. */
function call(name: string, ...args: string[]): string {
  const result = suppliedBuiltins.get(name)?.(args.map(parseValue), context);
  return result === undefined ? 'undefined' : formatValue(result);
}

/** Checked against opa 1.22.3. */
describe('time.diff', () => {
  it.each([
    ['0', '86400000000000', '[0, 0, 1, 0, 0, 0]'],
    ['1709164800000000000', '1706659200000000000', '[0, 0, 29, 0, 0, 0]'],
    ['[1700000000000000000, "America/New_York"]', '1500000000000000000', '[6, 4, 0, 18, 33, 20]'],
    ['-1', '0', '[0, 0, 0, 0, 0, 1]'],
  ])('of %s and %s is %s', (a, b, expected) => {
    expect(call('time.diff', a, b)).toBe(expected);
  });
});

describe('functions that tell, not answer', () => {
  it('print what is there and what is not', () => {
    call('internal.print', '[{"a"}, set(), {1}, {[1, "b"]}]');
    expect(printed.splice(0)).toEqual(['a <undefined> 1 [1, "b"]']);
    call('print', '"x"', '1');
    expect(printed.splice(0)).toEqual(['x 1']);
    expect(call('trace', '"x"')).toBe('true');
  });
});

describe('functions with hostile arguments', () => {
  it.each([
    ['net.cidr_expand', '"10.0.0.0/8"'],
    ['numbers.range_step', '0', '100000000000', '1'],
  ])('%s refuses to fill the memory, and fails rather than being undefined', (name, ...args) => {
    expect(() => call(name, ...args)).toThrow(RangeError);
  });

  it('no function fails but by saying that it cannot', () => {
    const odd = [
      'null',
      'true',
      '-1',
      '1.5',
      '1e300',
      '""',
      '"a.b.c"',
      '"%"',
      '[]',
      '[1]',
      'set()',
      '{"a"}',
      '{}',
      '{"a": [1]}',
    ];
    for (const [name, builtin] of suppliedBuiltins) {
      for (const a of odd) {
        for (const b of odd) {
          try {
            builtin([a, b, a, b].map(parseValue), context);
          } catch (error) {
            if (!(error instanceof BuiltinError) && !(error instanceof RangeError)) {
              expect.fail(`${name}(${a}, ${b}, …): ${error}`);
            }
          }
        }
      }
    }
  });
});
