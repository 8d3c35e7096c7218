import fc from 'fast-check';
import type { LeaseHappening, LeaseScript } from '../testing/lease-world.js';

const node: fc.Arbitrary<number> = fc.nat(4);

export type LeaseKind = 'calm' | 'troubled' | 'contended' | 'begun' | 'wanted';

/** How many of each, and shares of which a script has one each. */
interface Mix {
  readonly namespaces: number;
  readonly nodes: number;
  readonly gapMs: number;
  readonly obtains: number;
  readonly troubles: number;
  readonly longestMs: number;
  readonly loss: readonly number[];
  readonly lateness: readonly number[];
  readonly duplication: readonly number[];
}

const usual: Mix = {
  ...{ namespaces: 3, nodes: 2, gapMs: 4_000, obtains: 1, troubles: 0, longestMs: 30_000 },
  ...{ loss: [0], lateness: [0], duplication: [0] },
};
const lossy = { loss: [0, 0.05, 0.2], lateness: [0, 0, 0.1, 0.3], duplication: [0, 0, 0.2] };

const mixes: Readonly<Record<LeaseKind, Mix>> = {
  /** Nobody is lost. */
  calm: usual,
  /** Nodes crash and are cut off, and calls are lost, late or made twice. */
  troubled: { ...usual, obtains: 2, troubles: 1, loss: [0, 0.05], lateness: [0, 0, 0.1], duplication: [0, 0, 0.2] },
  /** All that about one namespace, in a short time. */
  contended: { ...usual, ...lossy, namespaces: 1, nodes: 3, obtains: 4, troubles: 2, longestMs: 12_000 },
  /** Many begin the same namespaces at once. */
  begun: { ...usual, ...lossy, namespaces: 8, nodes: 3, gapMs: 200, obtains: 0 },
  /** Many want the same namespace at once. */
  wanted: { ...usual, ...lossy, namespaces: 1, nodes: 4, gapMs: 600, obtains: 5 },
};

/** Clusters of 2 to 5 nodes, and what happens to their namespaces. */
export function leaseScripts(kind: LeaseKind): fc.Arbitrary<LeaseScript> {
  const { namespaces, nodes, gapMs, obtains, troubles, longestMs, ...faults }: Mix = mixes[kind];
  const namespace = fc.nat(namespaces - 1);
  const forMs = fc.integer({ min: 500, max: longestMs });
  const call = fc.record({ is: fc.constantFrom('set' as const, 'get' as const), node, namespace, key: fc.nat(2) });
  const obtain = fc.record({ is: fc.constant('obtain' as const), node, namespace });
  const trouble = fc.record({ is: fc.constantFrom('crash' as const, 'cut' as const), node, forMs });
  const what: fc.Arbitrary<LeaseHappening> = fc.oneof(
    { arbitrary: call, weight: 6 },
    { arbitrary: obtain, weight: obtains },
    { arbitrary: trouble, weight: troubles },
  );
  return fc.record({
    seed: fc.integer(),
    nodes: fc.integer({ min: nodes, max: 5 }),
    followers: fc.boolean(),
    loss: fc.constantFrom(...faults.loss),
    lateness: fc.constantFrom(...faults.lateness),
    duplication: fc.constantFrom(...faults.duplication),
    happenings: fc.array(
      fc.record({ afterMs: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: gapMs })), what }),
      { maxLength: 60, size: 'max' },
    ),
  });
}
