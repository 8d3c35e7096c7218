import fc from 'fast-check';
import type { LeaseHappening, LeaseScript } from '../testing/lease-world.js';

const node: fc.Arbitrary<number> = fc.nat(4);
const namespace: fc.Arbitrary<number> = fc.nat(2);
const forMs: fc.Arbitrary<number> = fc.integer({ min: 500, max: 30_000 });

/** Clusters of 2 to 5 nodes, and what happens to their namespaces. `calm`: nobody is lost. */
export function leaseScripts({ calm }: { readonly calm: boolean }): fc.Arbitrary<LeaseScript> {
  const call = fc.record({ is: fc.constantFrom('set' as const, 'get' as const), node, namespace, key: fc.nat(2) });
  const obtain = fc.record({ is: fc.constant('obtain' as const), node, namespace });
  const trouble = fc.record({ is: fc.constantFrom('crash' as const, 'cut' as const), node, forMs });
  const what: fc.Arbitrary<LeaseHappening> = calm
    ? fc.oneof({ arbitrary: call, weight: 5 }, { arbitrary: obtain, weight: 1 })
    : fc.oneof({ arbitrary: call, weight: 6 }, { arbitrary: obtain, weight: 2 }, { arbitrary: trouble, weight: 1 });
  return fc.record({
    seed: fc.integer(),
    nodes: fc.integer({ min: 2, max: 5 }),
    loss: calm ? fc.constant(0) : fc.constantFrom(0, 0.05),
    happenings: fc.array(
      fc.record({ afterMs: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 4_000 })), what }),
      { maxLength: 60, size: 'max' },
    ),
  });
}
