import type { CallOptions } from '../contract/store.js';
import type { Value } from '../value/value.js';

/* What a namespace is asked for, and what it answers. */

export interface GetOptions extends CallOptions {
  /**
   * `cached` (the default) answers from memory while the watch is unbroken, and with the last known value, marked
   * stale, while the store cannot be asked. `store` always asks the store, and fails if that fails.
   */
  readonly read?: 'cached' | 'store';
}

export interface PutOptions extends CallOptions {
  /** Fail with `key_exists` if the key exists. */
  readonly ifNotExists?: boolean;
  /** Fail with `not_found` if it does not. */
  readonly ifExists?: boolean;
  /** Fail with `version_mismatch` unless this is its version; 0: unless it does not exist. */
  readonly ifVersion?: number;
  /** Expire after so many milliseconds; 0: never. Default: as the key did before. */
  readonly ttlMs?: number;
  /** Default: the manager's. Ignored for a {@link Value}, which has one. */
  readonly codec?: string;
  /** A repeat with the same id writes nothing and gets the first one's answer. */
  readonly requestId?: string;
}

export interface RemoveOptions extends CallOptions {
  /** Fail with `version_mismatch` unless this is its version. */
  readonly ifVersion?: number;
  /** A repeat with the same id deletes nothing and succeeds as the first one did. */
  readonly requestId?: string;
}

export interface FoundPage {
  /** In key order. */
  readonly values: readonly Value[];
  /** Empty exactly when nothing follows. */
  readonly nextCursor: string;
  /** Every write up to it is in the page. Absent where the store has no revisions. */
  readonly revision?: number | undefined;
}

export interface VersionsPage {
  /** Newest first. */
  readonly values: readonly Value[];
  readonly nextCursor: string;
}

export interface ChangesQuery {
  /** Default: all keys. */
  readonly prefix?: string;
  /** First the changes after this revision. Default: only those from now on. */
  readonly startRevision?: number;
  /** The log that `startRevision` is of. */
  readonly logId?: string;
  /** Ends it, without an error. */
  readonly signal?: AbortSignal;
}
