import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Entry } from '../contract/entry.js';
import { HistoryBudget } from './history-budget.js';

const weight = 300;

const entryOf = (revision: number): Entry =>
  new Entry({
    ...{ namespace: 'ns', key: 'k', bytes: Buffer.alloc(100), codec: 'raw', type: 'custom' },
    ...{ version: revision, revision, createdAtMs: 0, updatedAtMs: 0 },
  });

it('drops those that came first, whatever was removed before, as a list would', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 20 }),
      fc.array(fc.option(fc.nat(30), { freq: 2 }), { maxLength: 3_000, size: 'max' }),
      (most, steps) => {
        const budget = new HistoryBudget(most * weight);
        let list: Entry[] = [];
        const dropped: number[] = [];
        const expected: number[] = [];
        for (const [at, step] of steps.entries()) {
          if (step === null) {
            const entry = entryOf(at + 1);
            list.push(entry);
            while (list.length > most) expected.push((list.shift() as Entry).revision);
            budget.add(entry, ({ revision }) => dropped.push(revision));
          } else {
            const removed = list[step];
            if (removed !== undefined) budget.remove(removed);
            list = list.filter((entry) => entry !== removed);
          }
        }
        expect(dropped).toEqual(expected);
      },
    ),
    { numRuns: 50 },
  );
});
