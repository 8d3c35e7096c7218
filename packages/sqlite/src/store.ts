import type {
  Alias,
  Aliasing,
  CallOptions,
  ChangeStream,
  DeleteOptions,
  EncodedValue,
  Entry,
  Capability,
  Health,
  HealthChecking,
  NamespaceListing,
  NamespacePage,
  NamespaceQuery,
  Page,
  Query,
  Revisioned,
  RevisionState,
  SetOptions,
  Snapshot,
  SnapshotOptions,
  Snapshotting,
  Stats,
  Store,
  Versioned,
  VersionPage,
  VersionQuery,
  WatchFilter,
  WatchOptions,
  WithStats,
} from '@cfg/core';
import {
  checkKey,
  checkNamespace,
  checkQuery,
  ConfigError,
  decodeCursor,
  failedWatch,
  keyNotFound,
  Lifecycle,
  limitOf,
  pageOf,
  versionNotFound,
} from '@cfg/core';
import { guarded } from './fault.js';
import { OpenFile } from './open-file.js';
import { completeOptions, type Settings, type SqliteStoreOptions } from './options.js';

const allFeatures: readonly Capability[] = [
  'revisions',
  'cas',
  'ttl',
  'requests',
  'tombstones',
  'snapshot',
  'versions',
  'aliases',
  'namespaces',
  'stats',
  'health',
];

/**
 * A store in one SQLite file, with everything that core's contract knows. A write that was answered survives the end of
 * the process and a power loss. Several processes may have the same file open; it must be on a local disk.
 */
export class SqliteStore
  implements Store, Versioned, Aliasing, NamespaceListing, Revisioned, Snapshotting, HealthChecking, WithStats
{
  readonly features: ReadonlySet<Capability> = new Set(allFeatures);
  readonly #settings: Settings;
  readonly #lifecycle = new Lifecycle('the SQLite store');
  #file: OpenFile | undefined;
  #closing: Promise<void> | undefined;

  /** Opens nothing yet. Throws `invalid_argument` for a path or an option that cannot be meant. */
  constructor(path: string, options: SqliteStoreOptions = {}) {
    this.#settings = completeOptions(path, options);
  }

  /**
   * Opens the file, or makes it in a directory that exists. Throws `invalid_argument` for a file that is not such a
   * store's (nothing is written into it) and `unavailable` for one that cannot be used; both name the file and the
   * cause. May be called again after it failed. Connecting twice is fine.
   */
  async connect(options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted();
    const { fault } = this.#lifecycle;
    if (fault?.code === 'closed') throw fault;
    this.#file ??= OpenFile.open(this.#settings);
    this.#lifecycle.open();
  }

  /** Waits for the writes that were taken on. */
  close(): Promise<void> {
    this.#lifecycle.close();
    this.#closing ??= this.#file?.close() ?? Promise.resolve();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async health(): Promise<Health> {
    const { fault } = this.#lifecycle;
    if (fault !== undefined || this.#file === undefined) return { ok: false, message: fault?.message ?? '' };
    return this.#file.health();
  }

  async get(namespace: string, key: string, options?: CallOptions): Promise<Entry> {
    const file = this.#open(options);
    checkNamespace(namespace);
    checkKey(key);
    const entry = guarded(() => file.reader.get(namespace, key, this.#settings.now()));
    if (entry === undefined) throw keyNotFound(namespace, key);
    return entry;
  }

  async set(namespace: string, key: string, value: EncodedValue, options: SetOptions = {}): Promise<Entry> {
    const file = this.#open(options);
    checkNamespace(namespace);
    checkKey(key);
    const { signal, ...rest } = options;
    return file.submit({ type: 'set', namespace, key, value: copyOf(value), options: rest }, signal);
  }

  async delete(namespace: string, key: string, options: DeleteOptions = {}): Promise<void> {
    const file = this.#open(options);
    checkNamespace(namespace);
    checkKey(key);
    const { signal, ...rest } = options;
    await file.submit({ type: 'delete', namespace, key, options: rest }, signal);
  }

  async find(namespace: string, query: Query = {}, options?: CallOptions): Promise<Page> {
    const file = this.#open(options);
    checkNamespace(namespace);
    checkQuery(query);
    const { keys, prefix = '', includeDeleted = false } = query;
    const scope = `keys\n${namespace}\n${prefix}`;
    const limit = keys === undefined ? limitOf(query.limit) : Number.POSITIVE_INFINITY;
    const after = keys === undefined ? decodeCursor(scope, query.cursor) : undefined;
    const nowMs = await file.settle(options?.signal);
    const page = file.read(() => {
      const found =
        keys === undefined
          ? file.reader.range({ namespace, prefix, after, limit: limit + 1, includeDeleted }, nowMs)
          : file.reader.getMany(namespace, [...new Set(keys)].sort(), nowMs, includeDeleted);
      return { found, revision: file.changes.head().revision };
    });
    const { items, nextCursor } = pageOf(page.found, limit, scope, (entry) => entry.key);
    return { entries: items, nextCursor, revision: page.revision, logId: file.changes.logId };
  }

  /** Changes made by other processes come with the next poll. */
  watch(filter?: WatchFilter, options?: WatchOptions): ChangeStream {
    const { fault } = this.#lifecycle;
    if (fault !== undefined || this.#file === undefined) return failedWatch(fault);
    return this.#file.changes.watch(filter, options);
  }

  async versions(
    namespace: string,
    key: string,
    query: VersionQuery = {},
    options?: CallOptions,
  ): Promise<VersionPage> {
    const file = this.#open(options);
    checkNamespace(namespace);
    checkKey(key);
    checkQuery(query);
    const { version = 0, includeDeleted = false } = query;
    const scope = `versions\n${namespace}\n${key}`;
    const limit = version > 0 ? Number.POSITIVE_INFINITY : limitOf(query.limit);
    const cursor = version > 0 ? undefined : decodeCursor(scope, query.cursor);
    const before = cursor === undefined ? Number.POSITIVE_INFINITY : Number(cursor);
    await file.settle(options?.signal);
    const found = file.read(() =>
      file.versions.read({ namespace, key, version, before, limit: limit + 1, includeDeleted }),
    );
    if (version > 0 && found.length === 0) throw versionNotFound(namespace, key, version);
    const { items, nextCursor } = pageOf(found, limit, scope, (entry) => String(entry.revision));
    return { entries: items, nextCursor };
  }

  async setAlias(alias: string, target: string, options?: CallOptions): Promise<Alias> {
    return this.#open(options).submit({ type: 'set_alias', alias, target }, options?.signal);
  }

  async deleteAlias(alias: string, options?: CallOptions): Promise<void> {
    const file = this.#open(options);
    checkKey(alias);
    await file.submit({ type: 'delete_alias', alias }, options?.signal);
  }

  async getAlias(alias: string, options?: CallOptions): Promise<Alias> {
    const file = this.#open(options);
    checkKey(alias);
    return guarded(() => file.aliases.get(alias));
  }

  async listAliases(options?: CallOptions): Promise<readonly Alias[]> {
    const file = this.#open(options);
    return guarded(() => file.aliases.list());
  }

  async namespaces(query: NamespaceQuery = {}, options?: CallOptions): Promise<NamespacePage> {
    const file = this.#open(options);
    checkQuery(query);
    const { prefix = '' } = query;
    const scope = `namespaces\n${prefix}`;
    const limit = limitOf(query.limit);
    const after = decodeCursor(scope, query.cursor);
    await file.settle(options?.signal);
    const names = guarded(() => file.namespaces.page(prefix, after, limit + 1));
    const { items, nextCursor } = pageOf(names, limit, scope, (name) => name);
    return { namespaces: items, nextCursor };
  }

  async stats(options?: CallOptions): Promise<Stats> {
    const file = this.#open(options);
    await file.settle(options?.signal);
    return { namespaces: guarded(() => file.namespaces.counts()) };
  }

  async revision(namespace = '', options?: CallOptions): Promise<RevisionState> {
    const file = this.#open(options);
    await file.settle(options?.signal);
    return file.read(() => ({
      ...file.changes.head(),
      logId: file.changes.logId,
      namespaceRevision: file.namespaces.revision(namespace),
    }));
  }

  async snapshot(namespace: string, options: SnapshotOptions = {}): Promise<Snapshot> {
    const file = this.#open(options);
    checkNamespace(namespace);
    const most = limitOf(options.maxEntries);
    const nowMs = await file.settle(options.signal);
    return file.read(() => {
      const all = { namespace, prefix: '', after: undefined, limit: most + 1, includeDeleted: false };
      const entries = file.reader.range(all, nowMs);
      if (entries.length > most) {
        throw new ConfigError('resource_exhausted', `namespace ${namespace} has more than ${most} entries`);
      }
      return { entries, revision: file.changes.head().revision, logId: file.changes.logId };
    });
  }

  #open(options: CallOptions | undefined): OpenFile {
    this.#lifecycle.check(options);
    return this.#file as OpenFile;
  }
}

/** Bytes of the store's own, which nobody can change while they wait to be written or are shared by readers. */
const copyOf = ({ bytes, codec, type }: EncodedValue): EncodedValue => ({ bytes: new Uint8Array(bytes), codec, type });
