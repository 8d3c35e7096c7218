import { expect, it } from 'vitest';
import { isConfigError } from '../contract/errors.js';
import type { Store } from '../contract/store.js';
import { json } from './context.js';
import { type Call, type Deed, isLinearizable } from './linearizability.js';

/** Stores of one database, and how to be rid of them. */
export interface OpenedTogether {
  readonly stores: readonly Store[];
  close(): Promise<void>;
}

const keys = ['x', 'y'] as const;
const callersPerStore = 3;
const callsPerCaller = 40;

/**
 * Calls of several callers on several stores of one database, recorded and judged: what each was answered could have
 * happened one call after the other. (Batches, which concern several keys, are not among them.)
 */
export function linearizableHistory(name: string, open: () => Promise<OpenedTogether>): void {
  it(`${name}: gets, sets, compare-and-sets and deletes through several stores are linearizable`, async () => {
    const { stores, close } = await open();
    try {
      let clock = 0;
      const calls = new Map<string, Call[]>(keys.map((key) => [key, []]));
      const caller = async (store: Store): Promise<void> => {
        let known = 0;
        for (let n = 0; n < callsPerCaller; n += 1) {
          const key = keys[Math.floor(Math.random() * keys.length)] ?? 'x';
          const began = clock++;
          const did = await act(store, key, known);
          calls.get(key)?.push({ began, ended: clock++, did });
          if (did.is === 'get') known = did.found;
          else if (did.is === 'refused') known = did.current;
        }
      };
      await Promise.all(stores.flatMap((store) => Array.from({ length: callersPerStore }, () => caller(store))));
      for (const [key, history] of calls) {
        expect(history.length).toBeGreaterThan(callsPerCaller);
        expect(isLinearizable(history), `the calls on ${key}: ${JSON.stringify(history)}`).toBe(true);
      }
    } finally {
      await close();
    }
  });
}

async function act(store: Store, key: string, known: number): Promise<Deed> {
  const chance = Math.random();
  try {
    if (chance < 0.4) return { is: 'get', found: (await store.get('lin', key)).version };
    if (chance < 0.6) return { is: 'set', made: (await store.set('lin', key, json(1))).version };
    if (chance < 0.9) {
      const { version } = await store.set('lin', key, json(2), { ifVersion: known });
      return { is: 'swap', expected: known, made: version };
    }
    await store.delete('lin', key);
    return { is: 'delete', done: true };
  } catch (error) {
    if (isConfigError(error, 'version_mismatch')) {
      return { is: 'refused', expected: known, current: Number(error.metadata.current_version) };
    }
    if (!isConfigError(error, 'not_found')) throw error;
    return chance < 0.4 ? { is: 'get', found: 0 } : { is: 'delete', done: false };
  }
}
