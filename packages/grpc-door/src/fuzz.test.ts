import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { framesOf } from './test/frames.js';
import { fuzz } from './test/fuzzed.js';

/** `DOOR_FUZZ_RUNS=10000000 vitest run src/fuzz.test.ts` is the long form; `DOOR_FUZZ_SEED` begins elsewhere. */
const runs = Number(process.env.DOOR_FUZZ_RUNS ?? 20_000);
const firstSeed = Number(process.env.DOOR_FUZZ_SEED ?? 1);

it(
  `survives ${runs} sessions of generated and damaged frames, and reads them alike however they are cut`,
  async () => {
    const seen = { ended: 0, answered: 0, calls: 0 };
    let heapAfterFirst = 0;
    for (let i = 0; i < runs; i += 1) {
      const { output, ended, calls } = fuzz(firstSeed + i);
      seen.ended += ended ? 1 : 0;
      seen.calls += calls;
      if (i % 100 === 0) seen.answered += framesOf(output).length > 3 ? 1 : 0;
      // The garbage collector and vitest's reporter must have their turn.
      if (i % 5_000 === 4_999) {
        await turn();
        if (i < 20_000) heapAfterFirst = Math.max(heapAfterFirst, process.memoryUsage().heapUsed);
      }
    }
    // Sessions of all fates are among them.
    expect(seen.ended).toBeGreaterThan(runs / 20);
    expect(seen.ended).toBeLessThan((runs * 19) / 20);
    expect(seen.answered).toBeGreaterThan(0);
    expect(seen.calls).toBeGreaterThan(0);
    expect(process.memoryUsage().heapUsed).toBeLessThan(heapAfterFirst + 100 * 2 ** 20);
  },
  24 * 3_600_000,
);
