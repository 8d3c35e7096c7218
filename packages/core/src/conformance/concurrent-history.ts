import { expect, it } from 'vitest';
import { isConfigError } from '../contract/errors.js';
import type { Store } from '../contract/store.js';
import { having, json } from './context.js';
import { type Call, type Deed, isLinearizable, type Versions } from './linearizability.js';

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
 * happened one call after the other.
 */
export function linearizableHistory(name: string, open: () => Promise<OpenedTogether>): void {
  it(`${name}: gets, lists, sets, compare-and-sets, batches and deletes are linearizable`, async () => {
    const { stores, close } = await open();
    try {
      const calls = await recordHistory(stores);
      expect(calls).toHaveLength(stores.length * callersPerStore * callsPerCaller);
      expect(isLinearizable(calls), `the calls: ${JSON.stringify(calls)}`).toBe(true);
    } finally {
      await close();
    }
  });
}

/** Lets several callers of each store do what they like to a few keys that nobody has set before. */
export async function recordHistory(stores: readonly Store[]): Promise<readonly Call[]> {
  const calls: Call[] = [];
  let clock = 0;
  const caller = async (store: Store): Promise<void> => {
    const known: Record<string, number> = {};
    for (let n = 0; n < callsPerCaller; n += 1) {
      const key = keys[Math.floor(Math.random() * keys.length)] ?? 'x';
      const began = clock++;
      const did = await act(store, key, known[key] ?? 0);
      calls.push({ began, ended: clock++, did });
      if (did.is === 'get') known[key] = did.found;
      else if (did.is === 'list') Object.assign(known, did.found);
      else if (did.is === 'refused') known[key] = did.current;
    }
  };
  await Promise.all(stores.flatMap((store) => Array.from({ length: callersPerStore }, () => caller(store))));
  return calls;
}

async function act(store: Store, key: string, known: number): Promise<Deed> {
  const chance = Math.random();
  try {
    if (chance < 0.3) return { is: 'get', key, found: (await store.get('lin', key)).version };
    if (chance < 0.45) return { is: 'list', found: versionsOf((await store.find('lin')).entries) };
    if (chance < 0.6) return { is: 'set', key, made: (await store.set('lin', key, json(1))).version };
    if (chance < 0.7) return { is: 'batch', made: await setAll(store) };
    if (chance < 0.9) {
      const { version } = await store.set('lin', key, json(2), { ifVersion: known });
      return { is: 'swap', key, expected: known, made: version };
    }
    await store.delete('lin', key);
    return { is: 'delete', key, done: true };
  } catch (error) {
    if (isConfigError(error, 'version_mismatch')) {
      return { is: 'refused', key, expected: known, current: Number(error.metadata.current_version) };
    }
    if (!isConfigError(error, 'not_found')) throw error;
    return chance < 0.3 ? { is: 'get', key, found: 0 } : { is: 'delete', key, done: false };
  }
}

async function setAll(store: Store): Promise<Versions> {
  const operations = keys.map((key) => ({ type: 'set' as const, key, value: json(3) }));
  const { entries } = await having(store, 'batch').batch('lin', operations);
  return versionsOf(entries);
}

const versionsOf = (entries: readonly { readonly key: string; readonly version: number }[]): Versions => ({
  ...Object.fromEntries(keys.map((key) => [key, 0])),
  ...Object.fromEntries(entries.map(({ key, version }) => [key, version])),
});
