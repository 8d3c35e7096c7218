import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LeaseKind, leaseScripts } from '../test/lease-scripts.js';
import type { WorldRules } from '../testing/lease-surroundings.js';
import { type LeaseHappening, type LeaseScript, runLeases } from '../testing/lease-world.js';
import { leaseRules } from './rules.js';

const runs = Number(process.env.CFG_SEEDS ?? 2_000) / 4;
const seed = process.env.CFG_SEEDS === undefined ? 1 : Date.now() % 2 ** 31;
const timeout = Math.max(900_000, runs * 1_000);

const holds = async (script: LeaseScript): Promise<void> => {
  expect((await runLeases(script)).breaches).toEqual([]);
};

describe('one node at a time writes into a namespace, and nothing that was acknowledged is lost', () => {
  const all = (scripts: fc.Arbitrary<LeaseScript>): Promise<void> =>
    fc.assert(fc.asyncProperty(scripts, holds), { numRuns: Math.ceil(runs / 3), seed });

  it('while namespaces move', () => all(leaseScripts('calm')), timeout);
  it('while nodes crash and are cut off', () => all(leaseScripts('troubled')), timeout);
  it('while all want the same one', () => all(leaseScripts('contended')), timeout);
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

it('a handover whose taker was gone does not go on after a claim', async () => {
  const happens = (afterMs: number, what: LeaseHappening): LeaseScript['happenings'][number] => ({ afterMs, what });
  // n2 hands over to n1, which crashes before it knows; n0 claims; n1 comes back and finds that it was receiving.
  const script: LeaseScript = {
    ...{ seed: 1_765_620_796, nodes: 3, loss: 0 },
    happenings: [
      happens(4_094, { is: 'set', node: 0, namespace: 0, key: 0 }),
      happens(2_081, { is: 'obtain', node: 2, namespace: 0 }),
      happens(4_163, { is: 'obtain', node: 1, namespace: 0 }),
      happens(461, { is: 'crash', node: 1, forMs: 25_020 }),
      happens(8_624, { is: 'obtain', node: 0, namespace: 0 }),
    ],
  };
  expect((await runLeases(script)).breaches).toEqual([]);
});

it('copies are read while their holders are gone', async () => {
  const scripts = fc.sample(leaseScripts('troubled'), { numRuns: 60, seed: 5 });
  let copies = 0;
  for (const script of scripts) copies += (await runLeases(script)).copies;
  expect(copies).toBeGreaterThan(0);
});

describe('a copy', () => {
  const happens = (afterMs: number, what: LeaseHappening): LeaseScript['happenings'][number] => ({ afterMs, what });
  const set = (key: number): LeaseHappening => ({ is: 'set', node: 0, namespace: 0, key });
  // The copy of twelve rows is under way when its holder crashes, and is asked for while that is gone.
  const script: LeaseScript = {
    ...{ seed: 4, nodes: 3, loss: 0, followers: true },
    happenings: [
      ...Array.from({ length: 12 }, (_, key) => happens(100, set(key))),
      happens(6_500, { is: 'crash', node: 0, forMs: 60_000 }),
      ...Array.from({ length: 12 }, (_, key) => happens(900, { is: 'get', node: 1, namespace: 0, key })),
    ],
  };
  const at = (crashMs: number): LeaseScript => {
    const happenings = script.happenings.map((each) =>
      each.what.is === 'crash' ? { ...each, afterMs: crashMs } : each,
    );
    return { ...script, happenings };
  };
  const crashes = Array.from({ length: 40 }, (_, i) => 6_400 + 25 * i);

  it('is read when it is whole, whenever its holder is lost', async () => {
    let copies = 0;
    for (const ms of crashes) {
      const outcome = await runLeases(at(ms));
      expect({ ms, breaches: outcome.breaches }).toEqual({ ms, breaches: [] });
      copies += outcome.copies;
    }
    expect(copies).toBeGreaterThan(10);
  });

  it('would be read in part without the rule that it is marked so', async () => {
    const { follow } = leaseRules;
    const unmarked: WorldRules['follow'] = (lease, holder) => {
      const { lease: followed, answer } = follow(lease, holder);
      return followed?.is === 'handed' ? { lease: { ...followed, partial: false }, answer } : { answer };
    };
    const breaches: string[] = [];
    for (const ms of crashes) breaches.push(...(await runLeases(at(ms), { follow: unmarked })).breaches);
    expect(breaches.join()).toContain('I4: the copy of');
  });
});

describe('without a rule it is not so', () => {
  /** The script is the n-th of its kind: the first in which the rule is missed. */
  const without = (rule: string, kind: LeaseKind, n: number, rules: Partial<WorldRules>): void =>
    it(
      rule,
      async () => {
        const script = fc.sample(leaseScripts(kind), { numRuns: n, seed: 3 })[n - 1] as LeaseScript;
        expect((await runLeases(script, rules)).breaches).not.toEqual([]);
        expect((await runLeases(script)).breaches).toEqual([]);
      },
      timeout,
    );
  const { isElected, hand, follow, claim } = leaseRules;

  without('that most must agree before a namespace is begun', 'contended', 7, {
    isMost: () => true,
    isElected: (votes) => isElected(votes, 1),
  });
  without('that a namespace is handed over while writes are held back only', 'contended', 394, {
    hand: (lease, to) => hand(lease, to, true),
  });
  without('that the term rises with a handover', 'contended', 3, {
    hand: (lease, to, frozen) => {
      const { lease: handed, answer } = hand(lease, to, frozen);
      return handed === undefined
        ? { answer }
        : { lease: { ...handed, term: handed.term - 1 }, answer: handed.term - 1 };
    },
  });
  without('that a holder follows nobody', 'contended', 258, {
    follow: (lease, holder) => follow(lease?.is === 'owned' ? undefined : lease, holder),
  });
  without('that a claim leaps', 'contended', 197, {
    claim: (lease, self, known) => {
      const { answer } = claim(lease, self, known);
      const term = lease?.is === 'owned' ? answer : Math.max(known, lease?.term ?? 0) + 1;
      return { lease: { is: 'owned', term }, answer: term };
    },
  });
  without('that of two holders one gives way', 'contended', 18, { meet: () => ({ answer: false }) });
  without('that a lease outlives a crash', 'contended', 2, { keeps: (lease) => lease.is !== 'owned' });
  without('that a handed lease outlives a crash', 'contended', 144, { keeps: (lease) => lease.is !== 'handed' });
  without('that writes are held back at the end of a handover', 'contended', 394, { holdsBack: false });
});
