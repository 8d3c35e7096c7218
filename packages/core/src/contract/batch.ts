import type { EncodedValue, Entry } from './entry.js';
import type { CallOptions, WriteMode, WriteOptions } from './store.js';

/** One write of a batch. Its conditions are those of a single write; author and request id are the batch's. */
export type BatchOperation =
  | {
      readonly type: 'set';
      readonly key: string;
      readonly value: EncodedValue;
      /** Default `upsert`. */
      readonly mode?: WriteMode | undefined;
      readonly ifVersion?: number | undefined;
      /** As `SetOptions.ttlMs`. */
      readonly ttlMs?: number | undefined;
      /** Default: the batch's. */
      readonly comment?: string | undefined;
    }
  | {
      readonly type: 'delete';
      readonly key: string;
      readonly ifVersion?: number | undefined;
      /** Default: the batch's. */
      readonly comment?: string | undefined;
    };

export interface BatchOptions extends WriteOptions {
  /** Decides everything and writes nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  /** A repeat of the same batch with the same id gets the first one's answer and writes nothing. */
  readonly requestId?: string | undefined;
}

/** One change of a restore: it sets the key, which creates this version, or deletes this version. */
export interface RestoredKey {
  readonly key: string;
  readonly version: number;
  readonly deleted: boolean;
}

export interface RestoreOptions extends BatchOptions {
  /**
   * The changes that a dry run returned: the restore fails with `version_mismatch` if it would make any others by now.
   * For whoever has to know what will be touched, as a guard does. Not known to a store on a server: `unsupported`.
   */
  readonly expected?: readonly RestoredKey[] | undefined;
}

export interface BatchOutcome {
  /** The entries as written, one for each operation, in order; of a delete, the tombstone. */
  readonly entries: readonly Entry[];
  /** The revisions of the first and the last change; both 0 where nothing was written, as in a dry run. */
  readonly firstRevision: number;
  readonly lastRevision: number;
  readonly dryRun: boolean;
}

/** Maximum number of operations of one batch. */
export const maxBatchOperations = 1_000;

/** A store that applies several writes to one namespace as one. */
export interface Batching {
  /**
   * Applies the operations in order, all or nothing, as consecutive changes. Fails as the first operation that is
   * refused fails, with `index` and `key` in the error's metadata; with `invalid_argument` for none, or for more than
   * {@link maxBatchOperations}.
   */
  batch(namespace: string, operations: readonly BatchOperation[], options?: BatchOptions): Promise<BatchOutcome>;
}

/** The part of a namespace to restore, and the point in time to restore it to. */
export interface RestoreTarget {
  /** Only this key. Absent or empty: the whole namespace. */
  readonly key?: string | undefined;
  /** A version of the key, or the state of the key or the namespace at a revision. */
  readonly to: { readonly version: number } | { readonly revision: number };
}

/** A store that brings back earlier states from its history. */
export interface Restoring {
  /**
   * Writes what is needed to bring the target back to its earlier state, as new changes, all or nothing: sets what was
   * changed or deleted since, deletes what was made since, and leaves alone what is as it was. Fails with
   * `version_not_found`, `not_found` (the key never existed) or `revision_compacted` (history does not reach so far).
   */
  restore(namespace: string, target: RestoreTarget, options?: RestoreOptions): Promise<BatchOutcome>;
}

export type AuditOperation = 'set' | 'delete' | 'alias_set' | 'alias_delete';

export interface AuditQuery {
  /** Absent or empty: all namespaces. */
  readonly namespace?: string | undefined;
  readonly key?: string | undefined;
  readonly author?: string | undefined;
  readonly operation?: AuditOperation | undefined;
  /** Milliseconds since the epoch; from this time on. */
  readonly fromMs?: number | undefined;
  /** Before this time. */
  readonly toMs?: number | undefined;
  readonly limit?: number | undefined;
  /** Largest page, in bytes of values; it has at least one record. */
  readonly maxBytes?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface AuditPage {
  /** Newest first; `author`, `comment` and times are the entries'. A value that is no longer kept is masked. */
  readonly records: readonly { readonly operation: AuditOperation; readonly entry: Entry }[];
  /**
   * Empty exactly when nothing follows. A page may have fewer records than its limit, and even none, though others
   * follow: one call does a bounded amount of work.
   */
  readonly nextCursor: string;
}

/** A store that can be asked who wrote what. */
export interface Auditing {
  /**
   * The changes that the log still has, newest first, and those that a store in SQL remembers for longer. A change that expiry made has no author. Fails with
   * `invalid_cursor` for a cursor of another query.
   */
  audit(query?: AuditQuery, options?: CallOptions): Promise<AuditPage>;
}
