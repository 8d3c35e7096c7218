import fc from 'fast-check';
import { forgeries, type Happening, type RingScript } from '../testing/ring-world.js';

type Kind = RingScript['nodes'][number];

const node: fc.Arbitrary<number> = fc.nat(6);

/** The events of a cluster in a test. */
export type Trouble = 'claim' | 'crash' | 'pause' | 'cut' | 'forge';
const someTime = (least: number, most: number): fc.Arbitrary<number> => fc.integer({ min: least, max: most });

const kinds: Record<Trouble, fc.Arbitrary<Happening>> = {
  claim: fc.record({ is: fc.constant('claim' as const), node, namespace: fc.nat(7) }),
  crash: fc.record({ is: fc.constantFrom('crash' as const, 'leave' as const), node, forMs: someTime(3_000, 50_000) }),
  pause: fc.record({ is: fc.constant('pause' as const), node, forMs: someTime(3_000, 40_000) }),
  cut: fc.record({
    is: fc.constant('cut' as const),
    node,
    forMs: someTime(8_000, 48_000),
    way: fc.constantFrom('in' as const, 'out' as const, 'both' as const),
  }),
  forge: fc.record({ is: fc.constant('forge' as const), what: fc.constantFrom(...Object.keys(forgeries)) }),
};

/** Clusters of such nodes, and what happens to them: of these kinds, some of them in each run. */
export function ringScripts(
  nodes: fc.Arbitrary<readonly Kind[]>,
  happenings: readonly Trouble[] = ['claim', 'crash', 'pause', 'cut'],
): fc.Arbitrary<RingScript> {
  return fc.subarray([...happenings], { minLength: 1 }).chain((some) =>
    fc.record({
      seed: fc.integer(),
      nodes,
      originalEpoch: fc.constantFrom(0, 10_000),
      startEveryMs: fc.constantFrom(0, 1_500, 20_000),
      loss: fc.constantFrom(0, 0.01, 0.02, 0.1),
      duplication: fc.constantFrom(0, 0.1),
      lossGoingOn: fc.constantFrom(0, 0.02),
      happenings: fc.array(
        fc.record({ afterMs: someTime(0, 8_000), what: fc.oneof(...some.map((kind) => kinds[kind])) }),
        { maxLength: 40, size: 'max' },
      ),
    }),
  );
}

/** 3 to 7 nodes of ours. */
export const ours: fc.Arbitrary<Kind[]> = fc.integer({ min: 3, max: 7 }).map((n) => Array<Kind>(n).fill('ours'));

/** 3 to 7 nodes, ours and the original's, at least one of ours. */
export const mixed: fc.Arbitrary<Kind[]> = fc
  .array(fc.constantFrom<Kind>('ours', 'original'), { minLength: 3, maxLength: 7 })
  .map((kinds) => (kinds.includes('ours') ? kinds : ['ours', ...kinds.slice(1)]));
