import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Freshness } from './freshness.js';

it('knows nothing before the primary was asked, and after it was not asked for too long', () => {
  const freshness = new Freshness(1_000);
  expect(freshness.needed(0)).toBeUndefined();
  expect(freshness.isDue(0)).toBe(true);
  freshness.observed(0, 'log', 5);
  expect([freshness.needed(0), freshness.needed(1_000), freshness.needed(1_001)]).toEqual([5, 5, undefined]);
});

it('needs what was written, or answered, here before', () => {
  const freshness = new Freshness(1_000);
  freshness.observed(0, 'log', 5);
  freshness.shown(9);
  freshness.shown(7);
  expect(freshness.needed(1)).toBe(9);
});

it('forgets the revisions of another log', () => {
  const freshness = new Freshness(1_000);
  freshness.observed(0, 'log', 500);
  freshness.shown(600);
  freshness.observed(10, 'restored', 3);
  expect([freshness.logId, freshness.needed(20)]).toEqual(['restored', 3]);
});

it('never needs less than the primary had so long ago as it was asked, nor more than it ever had', () => {
  const event = fc.record({ pauseMs: fc.nat(700), writes: fc.nat(3), takesMs: fc.nat(300) });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), fc.integer({ min: 1, max: 2_000 }), (events, maxAgeMs) => {
      const freshness = new Freshness(maxAgeMs);
      // Where the primary is, and since when it has been at each revision.
      const since = [0];
      let nowMs = 0;
      for (const { pauseMs, writes, takesMs } of events) {
        nowMs += pauseMs;
        if (freshness.isDue(nowMs)) {
          const askedMs = nowMs;
          nowMs += takesMs;
          freshness.observed(askedMs, 'log', since.length - 1);
        }
        for (let n = 0; n < writes; n += 1) since.push(nowMs);
        const needed = freshness.needed(nowMs);
        if (needed === undefined) continue;
        const then = since.findLastIndex((atMs) => atMs < nowMs - maxAgeMs);
        expect(needed).toBeGreaterThanOrEqual(then);
        expect(needed).toBeLessThan(since.length);
      }
    }),
    { numRuns: 200 },
  );
});
