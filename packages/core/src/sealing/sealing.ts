import { ConfigError } from '../contract/errors.js';
import type { DataKeys } from './sealer.js';
import type { SecretPolicy } from './secret-policy.js';

/**
 * The life of a data key: a `pending` one is known to all servers before it is used, the `active` one seals, a `retired`
 * one only opens, and of a `destroyed` one nothing is left but its number.
 */
export type DataKeyState = 'pending' | 'active' | 'retired' | 'destroyed';

/** A data key as a store keeps it: wrapped by a key that the store never sees. */
export interface DataKeyRow {
  /** Counts from 1. */
  readonly id: number;
  readonly state: DataKeyState;
  /** Empty for a destroyed key. */
  readonly wrapped: Uint8Array;
  /** Which key wrapped it: {@link DataKeyRow.wrapped} opens with that one only. */
  readonly wrapper: string;
  /** Tells whether what was unwrapped is the key. */
  readonly check: Uint8Array;
  readonly createdAtMs: number;
  /** The store's revision when it was made: so many values at most are sealed with it as were written since. */
  readonly createdRevision: number;
}

/** How many kept values there are, by how they are kept. */
export interface SealedCounts {
  /** By data key, past versions included. */
  readonly sealed: ReadonlyMap<number, number>;
  /** The store's revision. */
  readonly revision: number;
}

/** How far a pass over a store's values has come. */
export interface ResealStep {
  /** How many values it sealed anew. */
  readonly count: number;
  /** Where the next step goes on; `undefined`: there is no more. */
  readonly next: number | undefined;
}

/** Where a store keeps its data keys, and what is done to the values sealed with them. Every call is a transaction. */
export interface KeyTable {
  /** In the order of their ids. */
  list(): Promise<readonly DataKeyRow[]>;
  /**
   * Replaces the rows, all or nothing: `change` gets those that are there, and returns those that are to be there
   * instead, which may be more; `undefined`: leaves all as it is. It must not wait. Returns the rows after it.
   */
  update(
    change: (rows: readonly DataKeyRow[], revision: number) => readonly DataKeyRow[] | undefined,
  ): Promise<readonly DataKeyRow[]>;
  counts(): Promise<SealedCounts>;
  /**
   * Seals some values anew with the active key, no revision changing: those of other data keys, and plain ones that the
   * policy covers. Each is opened again before it is written. Begin with 0, and go on with `next`. Fails with `internal`
   * at a value that does not open.
   */
  reseal(keys: DataKeys, policy: SecretPolicy, after: number): Promise<ResealStep>;
  /** Opens some values as they are kept now; goes on as {@link reseal} does. Fails with `internal` likewise. */
  verify(keys: DataKeys, after: number): Promise<ResealStep>;
  /** Destroys a retired key, unless a value is still sealed with it. Returns whether it is destroyed. */
  destroy(id: number): Promise<boolean>;
  close(): Promise<void>;
}

/** The keys of an open store. */
export interface OpenSealing {
  /** Looks for keys that were added since. Does not fail: a key that cannot be had is known without being there. */
  refresh(): Promise<void>;
  close(): void;
}

/** How a store keeps its secrets; `@cfg/secrets` makes one. It may serve several stores. */
export interface Sealing {
  readonly policy: SecretPolicy;
  /**
   * Reads the data keys, and makes the first. `onKeys` is told them, and again whenever there are others. Rejects with
   * `invalid_argument` for keys that this wrapper does not open; a key service that is away is no fault.
   */
  open(table: KeyTable, onKeys: (keys: DataKeys) => void): Promise<OpenSealing>;
}

/** For a store that is opened without keys. Throws `invalid_argument` where its secrets are sealed. */
export function refuseSealed(rows: readonly Pick<DataKeyRow, 'state' | 'wrapper'>[]): void {
  const active = rows.find(({ state }) => state === 'active');
  if (active === undefined) return;
  throw new ConfigError(
    'invalid_argument',
    `its secrets are sealed, and no key is given: it needs the key ${active.wrapper}, with which they were wrapped`,
  );
}
