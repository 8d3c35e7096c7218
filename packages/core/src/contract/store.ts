import type { Arrivals } from './arrivals.js';
import type { Capability } from './capability.js';
import type { WatchEvent } from './change.js';
import type { EncodedValue, Entry } from './entry.js';
import type { WatchFilter } from './filter.js';

/** Whoever a service makes a call of its store for. */
export interface Caller {
  /** The headers of the caller's own call, by name in lower case. */
  readonly metadata: { get(name: string): string | Uint8Array | undefined };
  /** Headers of the answer to the caller. */
  readonly header?: { set(name: string, value: string): unknown } | undefined;
  /** Who it is, as the service found out; the name is empty for an anonymous caller. */
  readonly identity?: { readonly userId: string } | undefined;
  /** The TLS certificate that the caller has shown. */
  readonly certificate?: CallerCertificate | undefined;
}

/** A TLS client certificate, as Node.js describes it. */
export interface CallerCertificate {
  /** `CN`, `O`, `OU`…; a list where the subject has one twice. */
  readonly subject: Readonly<Record<string, string | string[] | undefined>>;
  /** As in `DNS:shop.example.com, URI:spiffe://example.com/shop`. */
  readonly subjectaltname?: string | undefined;
  /** SHA-256 of the certificate, in hexadecimal pairs. */
  readonly fingerprint256: string;
}

export interface CallOptions {
  /** Ends the call early; it then fails with the signal's reason. A write may have been done all the same. */
  readonly signal?: AbortSignal | undefined;
  /** Said by services, for stores that pass calls on to other servers. Other stores take no notice. */
  readonly caller?: Caller | undefined;
}

export type WriteMode = 'upsert' | 'create' | 'update';

export interface WriteOptions extends CallOptions {
  /**
   * Who writes, kept with the change. At most 256 characters. A service says it; a client cannot. Needs the capability
   * `authors`.
   */
  readonly author?: string | undefined;
  /** Why, kept with the change. At most 1,024 characters. Needs the capability `authors`. */
  readonly comment?: string | undefined;
}

export interface DeleteOptions extends WriteOptions {
  /** Delete only if the key's current version is this; else `version_mismatch`. Needs the capability `cas`. */
  readonly ifVersion?: number | undefined;
  /**
   * At most 256 characters. A repeat with the same id for the same key gets the first one's answer and writes nothing,
   * for as long as the log keeps the first one. Needs the capability `requests`.
   */
  readonly requestId?: string | undefined;
}

export interface SetOptions extends DeleteOptions {
  /** `create` fails with `key_exists` if the key exists, `update` with `not_found` if not. Default `upsert`. */
  readonly mode?: WriteMode | undefined;
  /** As for a delete; 0 writes only if the key does not exist. */
  readonly ifVersion?: number | undefined;
  /**
   * Time to live in milliseconds, rounded up. 0 removes an expiry, absent leaves it as it was. Must end before the year
   * 10000. Needs the capability `ttl`.
   */
  readonly ttlMs?: number | undefined;
}

export interface GetOptions extends CallOptions {
  /**
   * The entry as it was at this revision; 0 or absent: as it is now. Fails with `revision_compacted` where the key's
   * history no longer reaches so far, or the log has not. Needs the capability `revisions`.
   */
  readonly atRevision?: number | undefined;
}

/** A query for keys: some by name, or those below a prefix, page by page. */
export interface Query {
  /** Exactly these keys; those that do not exist are left out. Excludes the other fields but `includeDeleted`. */
  readonly keys?: readonly string[] | undefined;
  /** Only keys that begin with this. Characters that no key has find nothing. */
  readonly prefix?: string | undefined;
  /** Maximum number of entries of a page; 0 or absent: no limit. */
  readonly limit?: number | undefined;
  /** Ends a page before its values exceed this many bytes; it has at least one entry. 0 or absent: no limit. */
  readonly maxBytes?: number | undefined;
  /** `nextCursor` of the page before, of the same query. */
  readonly cursor?: string | undefined;
  /** Also keys that are deleted, as tombstones. Needs the capability `tombstones`. */
  readonly includeDeleted?: boolean | undefined;
  /**
   * Reads the state at this revision; 0 or absent: the present state. Fails with `revision_compacted` where the history
   * of a key in question no longer reaches so far, or the log has not. Needs the capability `revisions`.
   */
  readonly atRevision?: number | undefined;
}

/** Entries in key order. */
export interface Page {
  readonly entries: readonly Entry[];
  /** Empty exactly when nothing follows. */
  readonly nextCursor: string;
  /** Every write up to this revision is included. Absent where the store has no revisions, as are the next three. */
  readonly revision?: number | undefined;
  readonly logId?: string | undefined;
  /** The revision of the namespace's last change; 0 if there was none. */
  readonly namespaceRevision?: number | undefined;
  /** A resume from this revision or a later one succeeds. */
  readonly oldestRevision?: number | undefined;
}

export interface WatchOptions extends CallOptions {
  /**
   * Open a lost watch again and go on, as far as the store does that: a remote one. Default true. Callers that open it
   * again by themselves say false, and are told of the loss.
   */
  readonly resume?: boolean | undefined;
  /**
   * First replay every matching change with a greater revision, then go on live, without a gap or a repeat. Absent:
   * live only. Fails with `revision_compacted` where the log cannot do that. Needs the capability `revisions`.
   */
  readonly startRevision?: number | undefined;
  /**
   * The log that `startRevision` is of; another log's is answered like a compacted one. Absent or empty: not checked.
   */
  readonly logId?: string | undefined;
  /** Also yield {@link WatchEvent} of type `progress`: after the replay, then about every 5 s while other changes, but no matching ones, are written. */
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
  /**
   * To be asked when {@link take} has nothing: calls `ready` once, when it may have something or the stream has ended, and
   * returns true. False where only `next()` can tell what comes. `ready` is called within the write that it is about: it
   * must return at once and must not throw. Optional, with `take`.
   */
  whenReady?(ready: () => void): boolean;
  return(): Promise<IteratorResult<WatchEvent, void>>;
  close(): void;
}

/**
 * Namespaced, versioned key/value configuration: what every store, local or remote, can do. Everything else is a
 * capability: ask `can(store, …)`. All methods but `connect` and `close` fail with `not_connected` before the one and
 * `closed` after the other, and with `invalid_namespace` or `invalid_key` for a bad name.
 */
export interface Store extends AsyncDisposable {
  /** The capabilities that the store has now. A remote store learns them from its server's replies. */
  readonly features: ReadonlySet<Capability>;

  /**
   * Tells when the store can be reached again after it could not: whoever waits for that need not wait longer. Absent where
   * it cannot tell, or is always within reach.
   */
  readonly arrivals?: Arrivals | undefined;

  /** Connecting twice is fine. Fails with `closed` after `close()`. May be called again after it failed. */
  connect(options?: CallOptions): Promise<void>;

  /** Ends all watches and releases everything. Closing twice is fine. */
  close(): Promise<void>;

  /** Fails with `not_found`. */
  get(namespace: string, key: string, options?: GetOptions): Promise<Entry>;

  /**
   * Returns the entry as written. Stores copy `value.bytes` if they keep them. Fails with `key_exists`, `not_found`,
   * `version_mismatch` (the conditions), `invalid_argument` (an option), `resource_exhausted` (a limit).
   */
  set(namespace: string, key: string, value: EncodedValue, options?: SetOptions): Promise<Entry>;

  /**
   * Returns the tombstone; `undefined` where the store is not told of it, as one on a server. Fails with `not_found` if
   * there is no such key, and with `version_mismatch`.
   */
  delete(namespace: string, key: string, options?: DeleteOptions): Promise<Entry | undefined>;

  /** Fails with `invalid_cursor` for a cursor of another query, and with `invalid_argument`. */
  find(namespace: string, query?: Query, options?: CallOptions): Promise<Page>;

  /** Follows changes. A fault of the filter or the options comes with the first `next()`. */
  watch(filter?: WatchFilter, options?: WatchOptions): ChangeStream;
}
