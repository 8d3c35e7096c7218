import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Call, type Deed, isLinearizable } from './linearizability.js';

const call = (began: number, ended: number, did: Deed): Call => ({ began, ended, did });

it('takes what happened one after the other, and what overlaps in either order', () => {
  const history = [
    call(0, 1, { is: 'get', found: 0 }),
    call(2, 7, { is: 'set', made: 1 }),
    call(3, 4, { is: 'get', found: 0 }),
    call(5, 6, { is: 'get', found: 1 }),
    call(8, 9, { is: 'swap', expected: 1, made: 2 }),
    call(10, 11, { is: 'refused', expected: 1, current: 2 }),
    call(12, 13, { is: 'delete', done: true }),
    call(14, 15, { is: 'swap', expected: 0, made: 3 }),
  ];
  expect(isLinearizable(history)).toBe(true);
});

it('rejects a stale read, a read that goes back, a lost update and a version given twice', () => {
  const set = call(0, 1, { is: 'set', made: 1 });
  const again = call(2, 3, { is: 'set', made: 2 });
  expect(isLinearizable([set, again, call(4, 5, { is: 'get', found: 1 })])).toBe(false);
  const slow = call(2, 9, { is: 'set', made: 2 });
  const back = [call(3, 4, { is: 'get', found: 2 }), call(5, 6, { is: 'get', found: 1 })];
  expect(isLinearizable([set, slow, ...back])).toBe(false);
  const both = [1, 2].map((n) => call(1 + n, 8 + n, { is: 'swap', expected: 1, made: 2 }));
  expect(isLinearizable([set, ...both])).toBe(false);
  expect(isLinearizable([set, call(2, 3, { is: 'delete', done: true }), call(4, 5, { is: 'set', made: 1 })])).toBe(
    false,
  );
  expect(isLinearizable([set, call(2, 3, { is: 'delete', done: false })])).toBe(false);
});

it('rejects a stale read that is put into any history that it takes', () => {
  const kinds = fc.array(fc.constantFrom('set', 'get', 'delete'), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(kinds, fc.nat(), (steps, pick) => {
      const history: Call[] = [];
      /** The value that a read finds after each call. */
      const found: number[] = [];
      let version = 0;
      for (const [n, kind] of steps.entries()) {
        const current = found.at(-1) ?? 0;
        let did: Deed = { is: 'get', found: current };
        if (kind === 'set') did = { is: 'set', made: ++version };
        else if (kind === 'delete') did = { is: 'delete', done: current > 0 };
        history.push(call(4 * n, 4 * n + 1, did));
        found.push(kind === 'set' ? version : kind === 'delete' ? 0 : current);
      }
      expect(isLinearizable(history)).toBe(true);
      const at = pick % history.length;
      const stale = found.slice(0, at).find((earlier) => earlier !== found[at]);
      if (stale === undefined) return;
      const read = call(4 * at + 2, 4 * at + 3, { is: 'get', found: stale });
      expect(isLinearizable([...history, read])).toBe(false);
    }),
  );
});
