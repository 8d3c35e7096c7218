import type { KeyObject } from 'node:crypto';
import { ConfigError, type SecretPolicy } from '@cfg/core';
import type { DataKeyRow, DataKeyState, DataKeys, KeyTable, ResealStep } from '@cfg/core/store';
import { sleep } from '@cfg/core/store';
import { makeDataKey, unwrapDataKey } from '../keys/data-key.js';
import type { KeyWrapper } from '../wrappers/key-wrapper.js';

/** The progress of a rotation. Everything before it is in the store. */
export type RotationStep =
  | { readonly did: 'added' | 'activated' | 'destroyed'; readonly key: number }
  | { readonly did: 'resealed' | 'verified'; readonly values: number };

export interface RotateOptions {
  readonly wrapper: KeyWrapper;
  /** Which values are secret: plain ones that it covers are sealed as well. */
  readonly policy: SecretPolicy;
  /**
   * How long a new key waits until it is used, so that all servers have it by then: more than their `pollIntervalMs`.
   * Default 5,000 milliseconds; at least 0.
   */
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each step. */
  readonly onStep?: ((step: RotationStep) => void) | undefined;
}

export interface Rotated {
  /** The key that seals now. */
  readonly active: number;
  /** How many values were sealed anew. */
  readonly resealed: number;
  /** Keys that are no more. */
  readonly destroyed: readonly number[];
}

/**
 * Replaces the data key of a store, while servers use it: a new one is added and, after a while, made the active one;
 * every value, past versions and plain ones included, is sealed with it in small transactions, no revision changing; all
 * are read back and opened; and the old key is destroyed. Every step is a transaction: a rotation that was ended, however
 * it was, is taken up where it stood by the next call, which then makes no other key.
 *
 * Rejects with `internal` at the first value that does not open, and names it; nothing is destroyed then. Rejects as the
 * wrapper does.
 */
export async function rotateKeys(table: KeyTable, options: RotateOptions): Promise<Rotated> {
  const { waitMs = 5_000, signal = new AbortController().signal, onStep = () => {} } = options;
  let rows = await table.list();
  if (!rows.some(isUnfinished)) {
    rows = await add(table, options.wrapper);
    onStep({ did: 'added', key: rows.at(-1)?.id ?? 0 });
  }
  const keys = await unwrapAll(rows, options.wrapper);
  if (rows.some(({ state }) => state === 'pending')) {
    await sleep(waitMs, signal);
    rows = await table.update(activate);
    onStep({ did: 'activated', key: activeOf(rows) });
  }
  const pass = async (did: 'resealed' | 'verified', step: (after: number) => Promise<ResealStep>): Promise<number> => {
    let count = 0;
    for (let next: number | undefined = 0; next !== undefined; ) {
      signal.throwIfAborted();
      const done: ResealStep = await step(next);
      count += done.count;
      next = done.next;
      onStep({ did, values: count });
    }
    return count;
  };
  const resealed = await pass('resealed', (after) => table.reseal(keys, options.policy, after));
  await pass('verified', (after) => table.verify(keys, after));
  const destroyed: number[] = [];
  for (const { id } of rows.filter(({ state }) => state === 'retired')) {
    if (!(await table.destroy(id))) throw new ConfigError('internal', `data key ${id} is still in use`);
    destroyed.push(id);
    onStep({ did: 'destroyed', key: id });
  }
  return { active: activeOf(rows), resealed, destroyed };
}

const isUnfinished = ({ state }: DataKeyRow): boolean => state === 'pending' || state === 'retired';

const activeOf = (rows: readonly DataKeyRow[]): number => rows.find(({ state }) => state === 'active')?.id ?? 0;

/** Adds a key: `pending` beside an active one, `active` where there is none. */
async function add(table: KeyTable, wrapper: KeyWrapper): Promise<readonly DataKeyRow[]> {
  const made = await makeDataKey(wrapper);
  return table.update((rows, createdRevision) => {
    if (rows.some(isUnfinished)) return undefined;
    const state: DataKeyState = activeOf(rows) === 0 ? 'active' : 'pending';
    return [...rows, { ...made, id: (rows.at(-1)?.id ?? 0) + 1, state, createdRevision }];
  });
}

/** The pending key becomes the active one, and the active one retires. */
function activate(rows: readonly DataKeyRow[]): readonly DataKeyRow[] | undefined {
  if (!rows.some(({ state }) => state === 'pending')) return undefined;
  const next: Partial<Record<DataKeyState, DataKeyState>> = { active: 'retired', pending: 'active' };
  return rows.map((row) => ({ ...row, state: next[row.state] ?? row.state }));
}

async function unwrapAll(rows: readonly DataKeyRow[], wrapper: KeyWrapper): Promise<DataKeys> {
  const keys = new Map<number, KeyObject>();
  for (const row of rows) if (row.state !== 'destroyed') keys.set(row.id, await unwrapDataKey(wrapper, row));
  return { keys };
}
