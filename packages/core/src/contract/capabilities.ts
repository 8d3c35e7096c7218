import type { Auditing, Batching, Restoring } from './batch.js';
import { type Capability, capabilities } from './capability.js';
import type { Alias, Entry } from './entry.js';
import type { Searching } from './search.js';
import type { CallOptions, Store, WriteOptions } from './store.js';
import type { Transferring } from './transfer.js';

export interface Health {
  readonly ok: boolean;
  /** The reason in words, for an operator. */
  readonly message?: string | undefined;
}

/** A store that can tell whether it works. */
export interface HealthChecking {
  /** Returns rather than rejects: a store that cannot be asked is not healthy. */
  health(options?: CallOptions): Promise<Health>;
}

export interface Stats {
  /** How many keys each namespace has. */
  readonly namespaces: ReadonlyMap<string, number>;
}

export interface WithStats {
  stats(options?: CallOptions): Promise<Stats>;
}

export interface VersionQuery {
  /** This version only; fails with `version_not_found` if it is not kept. 0 or absent: all. */
  readonly version?: number | undefined;
  /** Maximum number of entries of a page; 0 or absent: no limit. */
  readonly limit?: number | undefined;
  /** Ends a page before its values exceed this many bytes; it has at least one entry. 0 or absent: no limit. */
  readonly maxBytes?: number | undefined;
  /** `nextCursor` of the page before, of the same query. Fails with `invalid_cursor` if it is of another. */
  readonly cursor?: string | undefined;
  /** Also deletions, in their place, and the history of a key that is deleted. Needs the capability `tombstones`. */
  readonly includeDeleted?: boolean | undefined;
}

export interface VersionPage {
  /** Newest first. */
  readonly entries: readonly Entry[];
  /** Empty exactly when nothing follows. */
  readonly nextCursor: string;
}

/** A store that keeps the versions of a key. */
export interface Versioned {
  /** Fails with `not_found` if the key does not exist (or, with `includeDeleted`, never did). */
  versions(namespace: string, key: string, query?: VersionQuery, options?: CallOptions): Promise<VersionPage>;
}

/**
 * A store with aliases: global second names of keys, one hop deep. The store does not resolve them; the manager does.
 */
export interface Aliasing {
  /** Fails with `alias_exists` (an alias or a key of that name exists), `alias_self`, `alias_chain`, `invalid_key`. */
  setAlias(alias: string, target: string, options?: WriteOptions): Promise<Alias>;
  /** Fails with `not_found`. */
  deleteAlias(alias: string, options?: WriteOptions): Promise<void>;
  /** Fails with `not_found`. */
  getAlias(alias: string, options?: CallOptions): Promise<Alias>;
  /** Sorted by alias. */
  listAliases(options?: CallOptions): Promise<readonly Alias[]>;
}

export interface NamespaceQuery {
  /** Only namespaces that begin with this. Characters that no namespace has find nothing. */
  readonly prefix?: string | undefined;
  /** Maximum number of namespaces of a page; 0 or absent: no limit. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before, of the same query. Fails with `invalid_cursor` if it is of another. */
  readonly cursor?: string | undefined;
}

export interface NamespacePage {
  /** Ascending by UTF-8 bytes; only those with an entry that is not expired. Never the empty one. */
  readonly namespaces: readonly string[];
  /** Empty exactly when nothing follows. */
  readonly nextCursor: string;
}

export interface NamespaceListing {
  namespaces(query?: NamespaceQuery, options?: CallOptions): Promise<NamespacePage>;
}

/** A store that takes only some codecs. */
export interface CodecValidating {
  supportsCodec(codec: string): boolean;
}

export interface RevisionState {
  /** The newest revision of the log; 0 while it is empty. */
  readonly revision: number;
  /** A resume from this revision or a later one succeeds. */
  readonly oldestRevision: number;
  /** The log's random name, made with it. */
  readonly logId: string;
  /** The revision of the last change within the namespace that was asked for; 0 if there was none. */
  readonly namespaceRevision: number;
}

/**
 * A store whose changes are one log, counted by a store-wide revision: commit order is revision order, every change has
 * its own, and a watch can start from any that is still kept.
 */
export interface Revisioned {
  /** One cheap call, whatever the number of keys. First commits the deletions that are due by expiry. */
  revision(namespace?: string, options?: CallOptions): Promise<RevisionState>;
}

export interface Snapshot {
  /** All entries of the namespace, in key order, as of one moment. */
  readonly entries: readonly Entry[];
  /** Every write up to this revision is included. Absent where the store has no revisions. */
  readonly revision?: number | undefined;
  readonly logId?: string | undefined;
  /** The revision of the namespace's last change; 0 if there was none. Absent where the store has no revisions. */
  readonly namespaceRevision?: number | undefined;
  /** Names what is in it. Absent where the store does not tell. */
  readonly etag?: string | undefined;
  /** The snapshot that `ifNoneMatch` named still holds; `entries` is empty. */
  readonly notModified?: boolean | undefined;
}

export interface SnapshotOptions extends CallOptions {
  /** Fails with `resource_exhausted` if the namespace has more entries. 0 or absent: no limit. */
  readonly maxEntries?: number | undefined;
  /** Fails with `resource_exhausted` if the values have more bytes in all. 0 or absent: no limit. */
  readonly maxBytes?: number | undefined;
  /** The namespace as it was at this revision; 0 or absent: as it is now. See `Query.atRevision`. */
  readonly atRevision?: number | undefined;
  /** The `etag` of a snapshot that is at hand: where it still holds, a store may answer that, without entries. */
  readonly ifNoneMatch?: string | undefined;
}

/** A store that returns a whole namespace as of one moment. */
export interface Snapshotting {
  snapshot(namespace: string, options?: SnapshotOptions): Promise<Snapshot>;
}

/** The interfaces of the capabilities that bring methods. */
export interface CapabilityInterfaces {
  revisions: Revisioned;
  batch: Batching;
  restore: Restoring;
  search: Searching;
  audit: Auditing;
  snapshot: Snapshotting;
  versions: Versioned;
  aliases: Aliasing;
  namespaces: NamespaceListing;
  stats: WithStats;
  health: HealthChecking;
  codecs: CodecValidating;
  transfer: Transferring;
}

export type CapabilityOf<C extends Capability> = C extends keyof CapabilityInterfaces
  ? CapabilityInterfaces[C]
  : unknown;

/**
 * Whether the store says that it can, now. Ask at each call rather than once: a remote store learns what its server can
 * from the server's replies.
 *
 * @example
 * if (can(store, 'versions')) console.log(await store.versions('production', 'app/timeout'));
 */
export function can<C extends Capability>(store: Store, capability: C): store is Store & CapabilityOf<C> {
  return store.features.has(capability);
}

/** A store with every method that there is. Which of them work is said by `features`. */
export type FullStore = Store &
  Revisioned &
  Batching &
  Restoring &
  Searching &
  Auditing &
  Snapshotting &
  Versioned &
  Aliasing &
  NamespaceListing &
  WithStats &
  HealthChecking &
  CodecValidating &
  Transferring;

const methods: readonly Exclude<keyof FullStore, symbol>[] = [
  'connect',
  'close',
  'get',
  'set',
  'delete',
  'find',
  'watch',
  ...Object.values(capabilities).flat(),
];

/**
 * Returns a store that passes every call on to `inner` but for the members of `own`: for wrappers. What it can is what
 * `inner` can at that moment, unless `own` has `features`.
 *
 * @example
 * const logged = forward(store, { get: (namespace, key, options) => (log(key), store.get(namespace, key, options)) });
 */
export function forward(inner: Store, own: Partial<FullStore> = {}): FullStore {
  const outer = {} as FullStore;
  outer[Symbol.asyncDispose] = () => outer.close();
  for (const name of methods) {
    const call = (...args: unknown[]): unknown => (inner as unknown as Record<string, Method>)[name]?.(...args);
    Object.defineProperty(outer, name, { value: call, writable: true, configurable: true, enumerable: true });
  }
  Object.defineProperty(outer, 'features', { get: () => inner.features, configurable: true, enumerable: true });
  return Object.defineProperties(outer, Object.getOwnPropertyDescriptors(own)) as FullStore;
}

type Method = (...args: unknown[]) => unknown;
