import type { Alias, EncodedValue, Entry } from './entry.js';
import type { CallOptions, Store } from './store.js';

export interface Health {
  readonly ok: boolean;
  /** What is wrong, for an operator. */
  readonly message?: string;
}

/** A store that can tell whether it works. */
export interface HealthChecking {
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
  /** Most entries of a page; 0 or absent: no limit. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** Also deletions, in their place, and the history of a key that is deleted. Needs the feature `tombstones`. */
  readonly includeDeleted?: boolean | undefined;
}

export interface VersionPage {
  /** Newest first. */
  readonly entries: readonly Entry[];
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
  setAlias(alias: string, target: string, options?: CallOptions): Promise<Alias>;
  deleteAlias(alias: string, options?: CallOptions): Promise<void>;
  getAlias(alias: string, options?: CallOptions): Promise<Alias>;
  /** Sorted by alias. */
  listAliases(options?: CallOptions): Promise<readonly Alias[]>;
}

/** A store that takes many keys of a namespace at once. */
export interface Bulk {
  /** Those that exist. */
  getMany(namespace: string, keys: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, Entry>>;
  /** All or nothing; the entries as written, in the order given. */
  setMany(
    namespace: string,
    values: readonly (readonly [key: string, value: EncodedValue])[],
    options?: CallOptions,
  ): Promise<readonly Entry[]>;
  /** How many there were; those that do not exist are passed over. */
  deleteMany(namespace: string, keys: readonly string[], options?: CallOptions): Promise<number>;
}

export interface NamespaceQuery {
  readonly prefix?: string | undefined;
  /** Most namespaces of a page; 0 or absent: no limit. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface NamespacePage {
  /** Ascending by UTF-8 bytes; only those with an entry that is not expired. Never the empty one. */
  readonly namespaces: readonly string[];
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

export interface Snapshot {
  /** All entries of the namespace, in key order, as of one moment. */
  readonly entries: readonly Entry[];
  readonly revision: number;
  readonly logId: string;
}

export interface SnapshotOptions extends CallOptions {
  /** Fail with `resource_exhausted` at the first entry over it. 0 or absent: no limit. */
  readonly maxEntries?: number | undefined;
}

/**
 * A store whose changes are one log, counted by a store-wide revision: commit order is revision order, every change has
 * its own, and a watch can start from any that is still kept.
 */
export interface Revisioned {
  /** Cheap, whatever the number of keys. First commits the deletions that are due by expiry. */
  revision(namespace?: string, options?: CallOptions): Promise<RevisionState>;
  snapshot(namespace: string, options?: SnapshotOptions): Promise<Snapshot>;
}

const has =
  <C>(method: keyof C & string) =>
  <S extends Store>(store: S): store is S & C =>
    typeof (store as Record<string, unknown>)[method] === 'function';

type Guard<C> = <S extends Store>(store: S) => store is S & C;

export const isHealthChecking: Guard<HealthChecking> = has<HealthChecking>('health');
export const hasStats: Guard<WithStats> = has<WithStats>('stats');
export const isVersioned: Guard<Versioned> = has<Versioned>('versions');
export const isAliasing: Guard<Aliasing> = has<Aliasing>('setAlias');
export const isBulk: Guard<Bulk> = has<Bulk>('setMany');
export const isNamespaceListing: Guard<NamespaceListing> = has<NamespaceListing>('namespaces');
export const isCodecValidating: Guard<CodecValidating> = has<CodecValidating>('supportsCodec');
export const isRevisioned: Guard<Revisioned> = has<Revisioned>('snapshot');
