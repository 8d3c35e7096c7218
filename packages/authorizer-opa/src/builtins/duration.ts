import { BuiltinError } from './builtin-error.js';

const hour = 3_600_000_000_000n;

/** In nanoseconds. */
const units: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', hour],
  ['d', 24n * hour],
  ['w', 7n * 24n * hour],
  ['y', 365n * 24n * hour],
]);

/** Go's durations, as in `1h30m` and `1.5s`, and OPA's days, weeks and years of 365 days; in nanoseconds. */
export function parseDuration(text: string): bigint {
  const [, sign, rest = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return 0n;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)[a-zµμ]+)+$/.test(rest)) throw wrong(text);
  let sum = 0n;
  for (const [, whole = '', part = '', unit = ''] of rest.matchAll(/(\d*)\.?(\d*)([a-zµμ]+)/g)) {
    const factor = units.get(unit);
    if (factor === undefined) throw wrong(text);
    sum += BigInt(whole) * factor + (BigInt(part) * factor) / 10n ** BigInt(part.length);
  }
  if (sum >= 2n ** 63n) throw wrong(text);
  return sign === '-' ? -sum : sum;
}

const wrong = (text: string): BuiltinError => new BuiltinError(`time: invalid duration ${JSON.stringify(text)}`);
