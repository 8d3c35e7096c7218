import type { Store } from './store.js';

/** One write that a store has committed. */
export interface CommittedWrite {
  /** How many changes it may have made: more than one of a batch. */
  readonly operations: number;
  /** The size of its values, in bytes. */
  readonly bytes: number;
  /** From when the store took it on until it was committed, in milliseconds. */
  readonly durationMs: number;
}

/** The part of a store's log that is in memory. */
export interface LogState {
  /** Changes in the ring of the newest. */
  readonly ringChanges: number;
  /** Their approximate size, in bytes. */
  readonly ringBytes: number;
  /** The approximate size of the pages that watchers behind the ring are reading, in bytes. */
  readonly pageBytes: number;
  /** Watches that are open. */
  readonly watchers: number;
}

/** How much a store has dropped that it need not keep: old changes, replaced versions, deleted keys. */
export interface CompactionState {
  /** Transactions that dropped some. */
  readonly steps: number;
  /** Changes that they dropped. */
  readonly changes: number;
  /** How long that took them, in milliseconds. */
  readonly durationMs: number;
}

/** A store that can be measured. The stores of this project can, as far as they hold their data themselves. */
export interface MeasuredStore {
  /** Calls `listener` at each write that is committed; it must not throw. Returns what ends that. */
  onCommit(listener: (write: CommittedWrite) => void): () => void;
  /** `undefined` while the store is not connected. */
  logState(): LogState | undefined;
  /** Since the store was connected. `undefined`, or absent, where it drops nothing in steps of its own. */
  compaction?(): CompactionState | undefined;
}

/** Whether the store can be measured. */
export const isMeasured = (store: Store): store is Store & MeasuredStore =>
  'onCommit' in store && typeof store.onCommit === 'function' && 'logState' in store;
