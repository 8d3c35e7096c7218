import { randomInt } from 'node:crypto';
import { type Builtins, bigAt, stringAt, wholeAt } from './builtin.js';
import { BuiltinError } from './builtin-error.js';
import { draw } from './draw.js';
import { parseBytes, parseUnits } from './units.js';

/** More would be a mistake, and would fill the memory. */
const maxNumbers = 1_000_000n;

export const numberBuiltins: Builtins = {
  'numbers.range_step': (args) => {
    const [from, to, step] = [bigAt(args, 0), bigAt(args, 1), bigAt(args, 2)];
    if (step <= 0n) throw new BuiltinError('numbers.range_step: step must be a positive integer');
    const distance = from < to ? to - from : from - to;
    if (distance / step >= maxNumbers) throw new RangeError(`numbers.range_step: more than ${maxNumbers} numbers`);
    const numbers: bigint[] = [];
    const signed = from <= to ? step : -step;
    for (let count = distance / step, at = from; count >= 0n; count -= 1n, at += signed) numbers.push(at);
    return numbers;
  },
  'rand.intn': (args, context) => {
    const [name, limit] = [stringAt(args, 0), Math.abs(wholeAt(args, 1))];
    if (limit === 0) return 0n;
    return draw(context, `rand.intn ${limit} ${name}`, () => BigInt(drawBelow(limit)));
  },
  'units.parse': (args) => parseUnits(stringAt(args, 0)),
  'units.parse_bytes': (args) => parseBytes(stringAt(args, 0)),
};

/** `randomInt` goes no further than 2⁴⁸. */
function drawBelow(limit: number): number {
  return limit < 2 ** 48 ? randomInt(limit) : Math.floor(Math.random() * limit);
}
