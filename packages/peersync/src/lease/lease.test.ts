import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leaseScripts } from '../test/lease-scripts.js';
import type { LeaseRules } from '../testing/lease-surroundings.js';
import { type LeaseHappening, type LeaseScript, runLeases } from '../testing/lease-world.js';
import { vote } from './rules.js';

const runs = Number(process.env.CFG_SEEDS ?? 2_000) / 4;
const seed = process.env.CFG_SEEDS === undefined ? 1 : Date.now() % 2 ** 31;
const timeout = Math.max(900_000, runs * 1_000);

const holds = async (script: LeaseScript): Promise<void> => {
  expect((await runLeases(script)).breaches).toEqual([]);
};

describe('one node at a time writes into a namespace, and nothing that was acknowledged is lost', () => {
  const all = (scripts: fc.Arbitrary<LeaseScript>): Promise<void> =>
    fc.assert(fc.asyncProperty(scripts, holds), { numRuns: runs / 2, seed });

  it('while namespaces move', () => all(leaseScripts({ calm: true })), timeout);
  it('while nodes crash and are cut off', () => all(leaseScripts({ calm: false })), timeout);
});

describe('wherever a node crashes in a handover', () => {
  const set = (node: number, key: number): LeaseHappening => ({ is: 'set', node, namespace: 0, key });
  const during = [0, 20, 40, 80, 40, 20].map((afterMs, i) => ({ afterMs, what: set(i, i % 2) }));
  const script: LeaseScript = {
    seed: 8,
    nodes: 3,
    loss: 0,
    happenings: [
      ...Array.from({ length: 6 }, (_, i) => ({ afterMs: 500, what: set(1, i % 2) })),
      { afterMs: 500, what: { is: 'obtain', node: 2, namespace: 0 } },
      ...during,
      { afterMs: 5_000, what: { is: 'obtain', node: 0, namespace: 0 } },
      ...during,
    ],
  };

  it.each([0, 1, 2])(
    'node %i, at each of its steps',
    async (node) => {
      const { steps, writes } = await runLeases({ ...script, crashAt: { node, step: Number.POSITIVE_INFINITY } });
      expect(steps).toBeGreaterThan(15);
      expect(writes).toBeGreaterThan(15);
      for (let step = 1; step <= steps; step++) {
        expect({ step, ...(await runLeases({ ...script, crashAt: { node, step } })) }).toMatchObject({
          step,
          breaches: [],
        });
      }
    },
    timeout,
  );
});

describe('without a rule it is not so', () => {
  const fails = async (rules: Partial<LeaseRules>, calm: boolean): Promise<void> => {
    const property = fc.asyncProperty(
      leaseScripts({ calm }),
      async (script) => (await runLeases(script, rules)).breaches.length === 0,
    );
    expect((await fc.check(property, { numRuns: 1_500, seed: 3, endOnFailure: true })).failed).toBe(true);
  };

  it(
    'that a promise stands',
    () => {
      const forgetful: typeof vote = (lease, ...rest) => vote(lease?.is === 'promised' ? undefined : lease, ...rest);
      return fails({ vote: forgetful }, false);
    },
    timeout,
  );

  it('that a lease outlives a crash', () => fails({ keeps: (lease) => lease.is !== 'owned' }, false), timeout);
  it('that a handed lease outlives a crash', () => fails({ keeps: (lease) => lease.is !== 'handed' }, false), timeout);
  it('that writes are held back at the end of a handover', () => fails({ holdsBack: false }, true), timeout);
});
