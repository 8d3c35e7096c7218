import { generateKeyPairSync } from 'node:crypto';
import { errors, type JSONWebKeySet } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { KeySet } from './key-set.js';

const jwk = (kid: string) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
  alg: 'ES256',
});
const [one, two] = [jwk('one'), jwk('two')];
const options = { cacheMs: 10_000, staleMs: 50_000, cooldownMs: 1_000 };

describe('a key set', () => {
  let now: number;
  let fetches: number[];
  let sleeping: { until: number; wake: () => void }[];
  let answer: () => JSONWebKeySet | Promise<JSONWebKeySet>;
  let reported: unknown[];
  let keys: KeySet;

  const find = async (kid: string) => keys.find({ alg: 'ES256', kid }, { payload: '', signature: '' });
  const turn = () => new Promise(setImmediate);
  const pass = async (ms: number) => {
    now += ms;
    for (const sleeper of sleeping.splice(0)) {
      if (sleeper.until <= now) sleeper.wake();
      else sleeping.push(sleeper);
    }
    await turn();
  };

  beforeEach(() => {
    [now, fetches, sleeping, reported] = [1_000_000, [], [], []];
    answer = () => ({ keys: [one] });
    keys = new KeySet({
      ...options,
      fetch: async () => {
        fetches.push(now);
        return answer();
      },
      onError: (error) => reported.push(error),
      now: () => now,
      sleep: (ms) => new Promise<void>((wake) => sleeping.push({ until: now + ms, wake })),
    });
  });

  it('is fetched once, with the first token', async () => {
    await Promise.all([find('one'), find('one'), find('one')]);
    await find('one');
    expect(fetches).toEqual([1_000_000]);
  });

  it('is fetched again for a key that it does not have', async () => {
    await find('one');
    await pass(5_000);
    answer = () => ({ keys: [one, two] });
    await Promise.all([find('two'), find('two')]);
    expect(fetches).toEqual([1_000_000, 1_005_000]);
  });

  it('is fetched no sooner than the cool-down lets it, while tokens wait', async () => {
    await find('one');
    answer = () => ({ keys: [one, two] });
    await pass(100);
    const waiting = Promise.all([find('two'), find('two')]);
    await pass(800);
    await find('one'); // who has a known key does not wait
    expect(fetches).toHaveLength(1);
    await pass(100);
    await waiting;
    expect(fetches).toEqual([1_000_000, 1_001_000]);
  });

  it('is not worn out by unknown keys', async () => {
    await find('one');
    for (let second = 0; second < 20; second += 1) {
      const refused = Promise.all([find('x'), find('y'), find('z')]);
      refused.catch(() => {});
      await pass(1_000);
      await expect(refused).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    }
    const gaps = fetches.map((at, index) => at - (fetches[index - 1] ?? 0)).slice(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(options.cooldownMs);
  });

  it('does not judge a token by keys that were asked for before it came', async () => {
    await find('one');
    await pass(2_000);
    let late: (set: JSONWebKeySet) => void = () => {};
    answer = () => new Promise((resolve) => (late = resolve));
    const before = find('x');
    before.catch(() => {});
    await turn();
    await pass(10);
    const after = find('two'); // the issuer changed its keys while we were asking
    answer = () => ({ keys: [one, two] });
    late({ keys: [one] });
    await expect(before).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    await turn();
    await pass(1_000);
    await after;
    expect(fetches).toHaveLength(3);
  });

  it('is renewed beside the work, and used on while that fails', async () => {
    await find('one');
    await pass(10_001);
    answer = () => Promise.reject(new Error('down'));
    await find('one');
    await turn();
    expect(fetches).toHaveLength(2);
    expect(reported).toHaveLength(1);
    await pass(40_000);
    await find('one');
    await turn();
    expect(reported).toHaveLength(2);
    await pass(20_000);
    await expect(find('one')).rejects.toMatchObject({ code: 'unavailable' }); // too old to be trusted
    answer = () => ({ keys: [one] });
    await pass(1_000);
    await find('one');
  });

  it('says that it cannot be had, not that a token is bad', async () => {
    answer = () => Promise.reject(new Error('down'));
    await expect(find('one')).rejects.toMatchObject({
      code: 'unavailable',
      message: 'the keys that tokens are verified by cannot be fetched',
    });
    answer = () => ({ keys: 'none' }) as never;
    await pass(1_000);
    await expect(find('one')).rejects.toMatchObject({ code: 'unavailable' });
  });
});
