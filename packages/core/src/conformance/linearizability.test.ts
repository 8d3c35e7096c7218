import fc from 'fast-check';
import { expect, it } from 'vitest';
import { forward, MemoryStore } from '../index.js';
import { recordHistory } from './concurrent-history.js';
import { type Call, type Deed, isLinearizable } from './linearizability.js';

const call = (began: number, ended: number, did: Deed): Call => ({ began, ended, did });
const key = 'x';

it('takes calls that came one after the other, and calls that overlap in either order', () => {
  const history = [
    call(0, 1, { is: 'get', key, found: 0 }),
    call(2, 7, { is: 'set', key, made: 1 }),
    call(3, 4, { is: 'get', key, found: 0 }),
    call(5, 6, { is: 'get', key, found: 1 }),
    call(8, 9, { is: 'swap', key, expected: 1, made: 2 }),
    call(10, 11, { is: 'refused', key, expected: 1, current: 2 }),
    call(12, 13, { is: 'delete', key, done: true }),
    call(14, 15, { is: 'swap', key, expected: 0, made: 3 }),
    call(16, 19, { is: 'batch', made: { x: 4, y: 1 } }),
    call(17, 18, { is: 'list', found: { x: 3, y: 0 } }),
    call(20, 21, { is: 'list', found: { x: 4, y: 1 } }),
  ];
  expect(isLinearizable(history)).toBe(true);
});

it('rejects a stale read, a read that goes back, a lost update and a version given twice', () => {
  const set = call(0, 1, { is: 'set', key, made: 1 });
  const again = call(2, 3, { is: 'set', key, made: 2 });
  expect(isLinearizable([set, again, call(4, 5, { is: 'get', key, found: 1 })])).toBe(false);
  const slow = call(2, 9, { is: 'set', key, made: 2 });
  const back = [call(3, 4, { is: 'get', key, found: 2 }), call(5, 6, { is: 'get', key, found: 1 })];
  expect(isLinearizable([set, slow, ...back])).toBe(false);
  const both = [1, 2].map((n) => call(1 + n, 8 + n, { is: 'swap', key, expected: 1, made: 2 }));
  expect(isLinearizable([set, ...both])).toBe(false);
  expect(
    isLinearizable([set, call(2, 3, { is: 'delete', key, done: true }), call(4, 5, { is: 'set', key, made: 1 })]),
  ).toBe(false);
  expect(isLinearizable([set, call(2, 3, { is: 'delete', key, done: false })])).toBe(false);
});

it('rejects a batch that is seen in part, also where two readers see its keys in different orders', () => {
  const batch = call(0, 9, { is: 'batch', made: { x: 1, y: 1 } });
  expect(isLinearizable([batch, call(2, 3, { is: 'list', found: { x: 1, y: 0 } })])).toBe(false);
  const reads = [call(1, 2, { is: 'get', key: 'y', found: 1 }), call(3, 4, { is: 'get', key: 'x', found: 0 })];
  expect(isLinearizable([batch, ...reads])).toBe(false);
  const sets = [call(0, 7, { is: 'set', key: 'x', made: 1 }), call(0.5, 8, { is: 'set', key: 'y', made: 1 })];
  const split = [call(1, 2, { is: 'list', found: { x: 1, y: 0 } }), call(3, 4, { is: 'list', found: { x: 0, y: 1 } })];
  expect(isLinearizable([...sets, ...split.slice(0, 1)])).toBe(true);
  expect(isLinearizable([...sets, ...split])).toBe(false);
});

it('rejects a stale read that is put into any history that it takes', () => {
  const kinds = fc.array(fc.constantFrom('set', 'get', 'delete'), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(kinds, fc.nat(), (steps, pick) => {
      const history: Call[] = [];
      /** The version that a read finds after each call. */
      const found: number[] = [];
      let version = 0;
      for (const [n, kind] of steps.entries()) {
        const current = found.at(-1) ?? 0;
        let did: Deed = { is: 'get', key, found: current };
        if (kind === 'set') did = { is: 'set', key, made: ++version };
        else if (kind === 'delete') did = { is: 'delete', key, done: current > 0 };
        history.push(call(4 * n, 4 * n + 1, did));
        found.push(kind === 'set' ? version : kind === 'delete' ? 0 : current);
      }
      expect(isLinearizable(history)).toBe(true);
      const at = pick % history.length;
      const stale = found.slice(0, at).find((earlier) => earlier !== found[at]);
      if (stale === undefined) return;
      const read = call(4 * at + 2, 4 * at + 3, { is: 'get', key, found: stale });
      expect(isLinearizable([...history, read])).toBe(false);
    }),
  );
});

/** A call of the store now and then goes wrong, as `faulty` makes it. */
type Faulty = (inner: MemoryStore) => Parameters<typeof forward>[1];

const stale: Faulty = (inner) => {
  const before = new Map<string, Awaited<ReturnType<MemoryStore['get']>>>();
  return {
    get: async (namespace, name) => {
      const found = await inner.get(namespace, name);
      const remembered = before.get(name);
      before.set(name, found);
      return remembered !== undefined && Math.random() < 0.1 ? remembered : found;
    },
  };
};

const losing: Faulty = (inner) => ({
  set: async (namespace, name, value, options = {}) => {
    const found = await inner.get(namespace, name).catch(() => undefined);
    await new Promise(setImmediate);
    // The check and the write are two steps, and the caller is told what the write should have made.
    if (options.ifVersion === undefined || found?.version !== options.ifVersion) {
      return inner.set(namespace, name, value, options);
    }
    const { version } = await inner.set(namespace, name, value);
    return Object.assign(await inner.get(namespace, name), { version: Math.min(version, found.version + 1) });
  },
});

const tearing: Faulty = (inner) => ({
  batch: async (namespace, operations) => {
    const outcomes = [];
    for (const operation of operations) {
      outcomes.push(await inner.batch(namespace, [operation]));
      await new Promise(setImmediate);
    }
    return Object.assign({}, outcomes[0], { entries: outcomes.flatMap(({ entries }) => entries) });
  },
});

it.each([
  ['reads what was there before', stale],
  ['loses updates', losing],
  ['tears batches', tearing],
] as const)('rejects the history of a store that %s now and then', async (_, faulty) => {
  let isCaught = false;
  for (let n = 0; n < 100 && !isCaught; n += 1) {
    await using inner = new MemoryStore();
    await inner.connect();
    const store = forward(inner, faulty(inner));
    const slowed = forward(store, {
      get: async (...args) => {
        await new Promise(setImmediate);
        return store.get(...args);
      },
    });
    isCaught = !isLinearizable(await recordHistory([slowed, slowed]));
  }
  expect(isCaught).toBe(true);
});

it('takes the history of a store that does nothing wrong', async () => {
  await using store = new MemoryStore();
  await store.connect();
  expect(isLinearizable(await recordHistory([store, store, store]))).toBe(true);
});
