import type { WatchEvent } from './change.js';
import type { EncodedValue, Entry } from './entry.js';
import type { WatchFilter } from './filter.js';

/** What a store can do beyond the original's contract, as announced on the wire in `cfg-features`. */
export type Feature = 'revisions' | 'cas' | 'ttl' | 'requests' | 'tombstones' | 'batch';

export interface CallOptions {
  /** Ends the call early; it then fails with the signal's reason. A write may have been done all the same. */
  readonly signal?: AbortSignal | undefined;
}

export type WriteMode = 'upsert' | 'create' | 'update';

export interface DeleteOptions extends CallOptions {
  /** Delete only if the key's current version is this; else `version_mismatch`. Needs the feature `cas`. */
  readonly ifVersion?: number | undefined;
  /** A repeat with the same id for the same key gets the first one's answer and writes nothing. Needs `requests`. */
  readonly requestId?: string | undefined;
}

export interface SetOptions extends DeleteOptions {
  /** `create` fails with `key_exists` if the key exists, `update` with `not_found` if not. Default `upsert`. */
  readonly mode?: WriteMode | undefined;
  /** As for a delete; 0 writes only if the key does not exist. */
  readonly ifVersion?: number | undefined;
  /** Expire after so many milliseconds; 0 clears an expiry; absent keeps it. Needs the feature `ttl`. */
  readonly ttlMs?: number | undefined;
}

/** What to find: some keys by name, or those below a prefix, page by page. */
export interface Query {
  /** Exactly these keys; those that do not exist are left out. Excludes the other fields but `includeDeleted`. */
  readonly keys?: readonly string[] | undefined;
  readonly prefix?: string | undefined;
  /** Most entries of a page; 0 or absent: no limit. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before, of the same query. */
  readonly cursor?: string | undefined;
  /** Also keys that are deleted, as tombstones. Needs the feature `tombstones`. */
  readonly includeDeleted?: boolean | undefined;
}

/** Entries in key order. */
export interface Page {
  readonly entries: readonly Entry[];
  /** Empty exactly when nothing follows. */
  readonly nextCursor: string;
  /** What the page shows: every write up to it is in it. Absent where the store has no revisions. */
  readonly revision?: number | undefined;
  readonly logId?: string | undefined;
}

export interface WatchOptions extends CallOptions {
  /**
   * First replay every matching change with a greater revision, then go on live, without a gap or a repeat. Absent:
   * live only. Fails with `revision_compacted` where the log cannot do that. Needs the feature `revisions`.
   */
  readonly startRevision?: number | undefined;
  /**
   * The log that `startRevision` is of; another log's is answered like a compacted one. Absent or empty: not checked.
   */
  readonly logId?: string | undefined;
  /** Also yield {@link WatchEvent} of type `progress`: after the replay, and then now and then on an idle stream. */
  readonly progress?: boolean | undefined;
}

/**
 * A watcher's changes, in the order of the log. It ends only by `close()` or the signal (then it is done), or by an
 * error, which `next()` throws once. For one reader: calls of `next()` must not overlap.
 */
export interface ChangeStream extends AsyncIterableIterator<WatchEvent, void, undefined>, AsyncDisposable {
  /** Settles once every change from now on will be seen; rejects if the stream fails before. Never unhandled. */
  readonly ready: Promise<void>;
  /**
   * False while the stream knows that it does not hear of changes: cut off, and being opened again. Optional: a stream
   * without it hears of them until it fails.
   */
  readonly live?: boolean;
  /** The next event if it is at hand, without waiting. Optional: `next()` alone is enough. */
  take?(): WatchEvent | undefined;
  return(): Promise<IteratorResult<WatchEvent, void>>;
  close(): void;
}

/**
 * Namespaced, versioned key/value configuration: what every store, local or remote, can do. Everything else is a
 * capability, found by a guard of `capabilities.ts`. All methods but `connect` and `close` fail with `not_connected`
 * before the one and `closed` after the other.
 */
export interface Store extends AsyncDisposable {
  readonly features: ReadonlySet<Feature>;

  connect(options?: CallOptions): Promise<void>;

  /** Ends all watches and releases everything. Closing twice is fine. */
  close(): Promise<void>;

  /** Fails with `not_found`, `invalid_namespace`, `invalid_key`. */
  get(namespace: string, key: string, options?: CallOptions): Promise<Entry>;

  /** Answers the entry as written. Stores copy `value.bytes` if they keep them. */
  set(namespace: string, key: string, value: EncodedValue, options?: SetOptions): Promise<Entry>;

  /** Fails with `not_found` if there is no such key. */
  delete(namespace: string, key: string, options?: DeleteOptions): Promise<void>;

  find(namespace: string, query?: Query, options?: CallOptions): Promise<Page>;

  /** Follows changes. A fault of the filter or the options comes with the first `next()`. */
  watch(filter?: WatchFilter, options?: WatchOptions): ChangeStream;
}
