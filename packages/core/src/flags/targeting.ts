import { createHash } from 'node:crypto';
import type { Flag, Rule, Test } from './flag.js';

/** OpenFeature's evaluation context: attributes, by name, of whom a flag is evaluated for. */
export interface FlagContext {
  /** Whom it is about: a user, a tenant. */
  readonly targetingKey?: string | undefined;
  readonly [attribute: string]: unknown;
}

/** Which variant a flag has for someone, and why. */
export interface Choice {
  readonly variant: string;
  readonly reason: 'TARGETING_MATCH' | 'SPLIT' | 'DEFAULT' | 'STATIC';
}

/** Returns `undefined` where a split needs a targeting key and there is none. */
export function choose(
  key: string,
  { default: byDefault, rules = [] }: Flag,
  context: FlagContext,
): Choice | undefined {
  for (const { when, variant, split, seed = key } of rules) {
    if (!applies(when, context)) continue;
    if (split === undefined) return { variant: variant as string, reason: 'TARGETING_MATCH' };
    const { targetingKey } = context;
    if (targetingKey === undefined || targetingKey === '') return undefined;
    return { variant: part(split, share(seed, targetingKey)), reason: 'SPLIT' };
  }
  return { variant: byDefault, reason: rules.length > 0 ? 'DEFAULT' : 'STATIC' };
}

/**
 * Where someone is between 0 and 1: the first 48 bits of the SHA-256 of the seed, a zero byte and the targeting key. The same
 * in every process and version, so that a share that grows keeps those who had it.
 */
export function share(seed: string, targetingKey: string): number {
  const hash = createHash('sha256').update(`${seed}\0${targetingKey}`).digest();
  return hash.readUIntBE(0, 6) / 2 ** 48;
}

/** The variant whose part of the whole `at` is in; the parts are in the order of the object. */
function part(split: NonNullable<Rule['split']>, at: number): string {
  const weights = Object.entries(split).filter(([, weight]) => weight > 0);
  const sum = weights.reduce((all, [, weight]) => all + weight, 0);
  let end = 0;
  for (const [variant, weight] of weights) {
    end += weight / sum;
    if (at < end) return variant;
  }
  return weights.at(-1)?.[0] as string;
}

function applies(when: Rule['when'], context: FlagContext): boolean {
  return Object.entries(when ?? {}).every(([path, test]) => holds(test, attribute(context, path)));
}

function attribute(context: FlagContext, path: string): unknown {
  if (Object.hasOwn(context, path)) return context[path];
  let at: unknown = context;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

function holds(test: Test, actual: unknown): boolean {
  if (Array.isArray(test)) return isAmong(test, actual);
  if (typeof test !== 'object') return isAmong([test], actual);
  return Object.entries(test).every(([operator, wanted]) => operators[operator]?.(actual, wanted) ?? false);
}

/** Of an attribute that is a list, one is enough. */
const isAmong = (wanted: readonly unknown[], actual: unknown): boolean =>
  Array.isArray(actual) ? actual.some((each) => wanted.includes(each)) : wanted.includes(actual);

const text =
  (test: (actual: string, wanted: string) => boolean) =>
  (actual: unknown, wanted: unknown): boolean =>
    typeof actual === 'string' && typeof wanted === 'string' && test(actual, wanted);

/** Numbers with numbers, texts with texts (dates as ISO texts). */
const order =
  (test: (difference: number) => boolean) =>
  (actual: unknown, wanted: unknown): boolean => {
    const value = actual instanceof Date ? actual.toISOString() : actual;
    if (typeof value === 'number' && typeof wanted === 'number') return test(value - wanted);
    return (
      typeof value === 'string' && typeof wanted === 'string' && test(value < wanted ? -1 : value > wanted ? 1 : 0)
    );
  };

/** An operator that is not known never holds: a newer flag does less rather than something else. */
const operators: Readonly<Record<string, (actual: unknown, wanted: unknown) => boolean>> = {
  not: (actual, wanted) => !isAmong(Array.isArray(wanted) ? wanted : [wanted], actual),
  startsWith: text((actual, wanted) => actual.startsWith(wanted)),
  endsWith: text((actual, wanted) => actual.endsWith(wanted)),
  contains: text((actual, wanted) => actual.includes(wanted)),
  gt: order((difference) => difference > 0),
  gte: order((difference) => difference >= 0),
  lt: order((difference) => difference < 0),
  lte: order((difference) => difference <= 0),
  exists: (actual, wanted) => (actual !== undefined) === wanted,
};
