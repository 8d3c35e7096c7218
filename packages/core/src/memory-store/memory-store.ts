import type { Capability } from '../contract/capabilities.js';
import { randomUUID } from 'node:crypto';
import type {
  Aliasing,
  Health,
  HealthChecking,
  NamespaceListing,
  NamespacePage,
  NamespaceQuery,
  Revisioned,
  RevisionState,
  Snapshot,
  SnapshotOptions,
  Snapshotting,
  Stats,
  Versioned,
  VersionPage,
  VersionQuery,
  WithStats,
} from '../contract/capabilities.js';
import { ChangeLog } from '../change-log/change-log.js';
import { failedWatch } from '../change-log/failed-watch.js';
import { decodeCursor } from '../local-store/page-cursor.js';
import type { Alias, EncodedValue, Entry } from '../contract/entry.js';
import { ConfigError, keyNotFound, versionNotFound } from '../contract/errors.js';
import type { WatchFilter } from '../contract/filter.js';
import { Lifecycle } from '../local-store/lifecycle.js';
import { checkKey, checkNamespace } from '../contract/names.js';
import { checkQuery, limitOf, pageOf } from '../local-store/paging.js';
import { afterPrefix } from '../util/sorted-map.js';
import type {
  CallOptions,
  ChangeStream,
  DeleteOptions,
  Page,
  Query,
  SetOptions,
  Store,
  WatchOptions,
} from '../contract/store.js';
import { isLive } from '../rules/write-rules.js';
import { wholeNumber } from '../util/whole-number.js';
import { MemoryLog } from './memory-log.js';
import { MemoryState } from './memory-state.js';

export interface MemoryStoreOptions {
  /** Versions kept of each key, the current one included. Default 100; at least 1. */
  readonly historyLimit?: number;
  /** Changes kept in the log, for watchers that resume. Default 100,000; at least 1. */
  readonly logLimit?: number;
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

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
 * A store in the memory of this process, with everything that a durable one has: revisions, a log to resume from,
 * history, aliases, expiry. What it holds is gone when it is closed; a new one has a new `logId`.
 */
export class MemoryStore
  implements Store, Versioned, Aliasing, NamespaceListing, Revisioned, Snapshotting, HealthChecking, WithStats
{
  readonly features: ReadonlySet<Capability> = new Set(allFeatures);
  #lifecycle = new Lifecycle('the memory store');
  #historyLimit: number;
  #state: MemoryState;

  /** Throws `invalid_argument`, naming the option. */
  constructor(options: MemoryStoreOptions = {}) {
    this.#historyLimit = wholeNumber('historyLimit', options.historyLimit ?? 100, 1);
    const log = new MemoryLog(wholeNumber('logLimit', options.logLimit ?? 100_000, 1));
    const changes = new ChangeLog({ logId: randomUUID(), read: (after, limit) => log.read(after, limit) });
    this.#state = new MemoryState(log, changes, this.#historyLimit, options.now ?? Date.now);
  }

  async connect(): Promise<void> {
    this.#lifecycle.open();
  }

  async close(): Promise<void> {
    this.#lifecycle.close();
    this.#state.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async health(): Promise<Health> {
    return this.#lifecycle.isOpen ? { ok: true } : { ok: false, message: 'the memory store is not connected' };
  }

  async get(namespace: string, key: string, options?: CallOptions): Promise<Entry> {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    checkKey(key);
    const entry = this.#state.namespaces.get(namespace)?.get(key)?.current;
    if (!isLive(entry, this.#state.now())) throw keyNotFound(namespace, key);
    return entry;
  }

  async set(namespace: string, key: string, value: EncodedValue, options: SetOptions = {}): Promise<Entry> {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    checkKey(key);
    return this.#state.set(namespace, key, value, options);
  }

  async delete(namespace: string, key: string, options: DeleteOptions = {}): Promise<void> {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    checkKey(key);
    this.#state.delete(namespace, key, options);
  }

  async find(namespace: string, query: Query = {}, options?: CallOptions): Promise<Page> {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    checkQuery(query);
    this.#state.commitDue();
    const { prefix = '', includeDeleted = false } = query;
    const table = this.#state.namespaces.get(namespace);
    const at = { revision: this.#state.log.revision, logId: this.#state.changes.logId };
    if (query.keys !== undefined) {
      const states = [...new Set(query.keys)].sort().map((key) => table?.get(key)?.current);
      const entries = states.filter((entry) => entry !== undefined && (includeDeleted || !entry.deleted));
      return { entries: entries as Entry[], nextCursor: '', ...at };
    }
    const scope = `keys\n${namespace}\n${prefix}`;
    const limit = limitOf(query.limit);
    const after = decodeCursor(scope, query.cursor);
    const found = table?.page(prefix, after, limit + 1, includeDeleted) ?? [];
    const { items, nextCursor } = pageOf(found, limit, scope, (entry) => entry.key);
    return { entries: items, nextCursor, ...at };
  }

  watch(filter?: WatchFilter, options?: WatchOptions): ChangeStream {
    const fault = this.#lifecycle.fault;
    if (fault !== undefined) return failedWatch(fault);
    this.#state.commitDue();
    return this.#state.changes.watch(filter, options);
  }

  async versions(
    namespace: string,
    key: string,
    query: VersionQuery = {},
    options?: CallOptions,
  ): Promise<VersionPage> {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    checkKey(key);
    checkQuery(query);
    this.#state.commitDue();
    const { includeDeleted = false } = query;
    const history = this.#state.namespaces.get(namespace)?.get(key);
    if (history === undefined || (history.current.deleted && !includeDeleted)) throw keyNotFound(namespace, key);
    const all = history.versions(this.#historyLimit, includeDeleted);
    if (query.version) {
      const entries = all.filter((entry) => entry.version === query.version);
      if (entries.length === 0) throw versionNotFound(namespace, key, query.version);
      return { entries, nextCursor: '' };
    }
    const scope = `versions\n${namespace}\n${key}`;
    const before = Number(decodeCursor(scope, query.cursor) ?? Number.POSITIVE_INFINITY);
    const rest = all.filter((entry) => entry.revision < before);
    const { items, nextCursor } = pageOf(rest, limitOf(query.limit), scope, (entry) => String(entry.revision));
    return { entries: items, nextCursor };
  }

  async setAlias(alias: string, target: string, options?: CallOptions): Promise<Alias> {
    this.#lifecycle.check(options);
    return this.#state.setAlias(alias, target);
  }

  async deleteAlias(alias: string, options?: CallOptions): Promise<void> {
    this.#lifecycle.check(options);
    checkKey(alias);
    this.#state.deleteAlias(alias);
  }

  async getAlias(alias: string, options?: CallOptions): Promise<Alias> {
    this.#lifecycle.check(options);
    checkKey(alias);
    return this.#state.aliases.get(alias);
  }

  async listAliases(options?: CallOptions): Promise<readonly Alias[]> {
    this.#lifecycle.check(options);
    return this.#state.aliases.list();
  }

  async namespaces(query: NamespaceQuery = {}, options?: CallOptions): Promise<NamespacePage> {
    this.#lifecycle.check(options);
    checkQuery(query);
    this.#state.commitDue();
    const { prefix = '' } = query;
    const scope = `namespaces\n${prefix}`;
    const after = decodeCursor(scope, query.cursor) ?? '';
    const end = afterPrefix(prefix);
    const limit = limitOf(query.limit);
    const names: string[] = [];
    for (const [name, table] of this.#state.namespaces.entries(after.startsWith(prefix) ? after : prefix)) {
      if (names.length > limit || (end !== undefined && name >= end)) break;
      if (name > after && table.size > 0) names.push(name);
    }
    const { items, nextCursor } = pageOf(names, limit, scope, (name) => name);
    return { namespaces: items, nextCursor };
  }

  async stats(options?: CallOptions): Promise<Stats> {
    this.#lifecycle.check(options);
    this.#state.commitDue();
    const counts = this.#state.namespaces.toArray().map(([name, table]) => [name, table.size] as const);
    return { namespaces: new Map(counts.filter(([, size]) => size > 0)) };
  }

  async revision(namespace = '', options?: CallOptions): Promise<RevisionState> {
    this.#lifecycle.check(options);
    this.#state.commitDue();
    return {
      revision: this.#state.log.revision,
      oldestRevision: this.#state.changes.oldestRevision,
      logId: this.#state.changes.logId,
      namespaceRevision: this.#state.namespaces.get(namespace)?.revision ?? 0,
    };
  }

  async snapshot(namespace: string, options: SnapshotOptions = {}): Promise<Snapshot> {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    this.#state.commitDue();
    const table = this.#state.namespaces.get(namespace);
    const { maxEntries } = options;
    if (maxEntries && table !== undefined && table.size > maxEntries) {
      throw new ConfigError('resource_exhausted', `namespace ${namespace} has more than ${maxEntries} entries`);
    }
    const entries = table?.page('', undefined, Number.POSITIVE_INFINITY, false) ?? [];
    return { entries, revision: this.#state.log.revision, logId: this.#state.changes.logId };
  }
}
