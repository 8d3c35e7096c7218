import type { CallOptions } from '../contract/store.js';
import type { Value } from '../value/value.js';

/* The options of a namespace's calls, and what they return. */

export interface GetOptions extends CallOptions {
  /**
   * `cached` (the default) answers from memory while the watch is unbroken, and with the last known value, marked
   * stale, while the store cannot be asked. `store` always asks the store, and fails if that fails.
   */
  readonly read?: 'cached' | 'store' | undefined;
  /** The value as it was at this revision, from the store. Fails with `revision_compacted`, `unsupported`. */
  readonly atRevision?: number | undefined;
  /** The data to return, as a {@link Value} of version 0, where the key does not exist. Absent: fail with `not_found`. */
  readonly default?: unknown;
}

/** The conditions of a write. */
interface Conditions {
  /** Fail with `version_mismatch` unless this is the key's version; of a set, 0: unless it does not exist. */
  readonly ifVersion?: number | undefined;
  /** Why, kept with the change. At most 1,024 characters. Fails with `unsupported` where the store does not keep it. */
  readonly comment?: string | undefined;
}

interface SetConditions extends Conditions {
  /** Fail with `key_exists` if the key exists. */
  readonly ifNotExists?: boolean | undefined;
  /** Fail with `not_found` if it does not. */
  readonly ifExists?: boolean | undefined;
  /** Time to live in milliseconds, rounded up; 0: it never expires. Default: as the key did before. */
  readonly ttlMs?: number | undefined;
  /** Default: the manager's. Ignored for a {@link Value}, which has one. */
  readonly codec?: string | undefined;
}

interface Repeatable extends CallOptions {
  /**
   * At most 256 characters. A repeat with the same id, for as long as the store's log keeps the first, writes nothing and
   * returns what the first did.
   */
  readonly requestId?: string | undefined;
}

export interface SetValueOptions extends SetConditions, Repeatable {}

export interface DeleteValueOptions extends Conditions, Repeatable {}

/** One write of a batch. */
export type BatchWrite =
  | (SetConditions & { readonly type: 'set'; readonly key: string; readonly data: unknown })
  | (Conditions & { readonly type: 'delete'; readonly key: string });

export interface BatchWriteOptions extends Repeatable {
  /** Of the operations that have none of their own. */
  readonly comment?: string | undefined;
  /** Decide everything and write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
}

export interface BatchResult {
  /** The values as written, one for each operation, in order; `undefined` for a delete. */
  readonly values: readonly (Value | undefined)[];
  /** The revisions of the first and the last change; both 0 where nothing was written. */
  readonly firstRevision: number;
  readonly lastRevision: number;
  readonly dryRun: boolean;
}

export interface FoundPage {
  /** In key order. */
  readonly values: readonly Value[];
  /** Empty exactly when nothing follows. */
  readonly nextCursor: string;
  /** Every write up to it is in the page. Absent where the store has no revisions. */
  readonly revision?: number | undefined;
}

export interface ValueVersions {
  /** Newest first. */
  readonly values: readonly Value[];
  /** Empty exactly when nothing follows. */
  readonly nextCursor: string;
}

export interface ChangesQuery extends CallOptions {
  /** This key alone. Excludes `prefix`. */
  readonly key?: string | undefined;
  /** Only keys that begin with this. Default: all keys. */
  readonly prefix?: string | undefined;
  /** First the changes after this revision. Default: only those from now on. */
  readonly startRevision?: number | undefined;
  /** The log that `startRevision` is of. Default: not checked. */
  readonly logId?: string | undefined;
  /** Ends it, without an error. */
  readonly signal?: AbortSignal | undefined;
}
