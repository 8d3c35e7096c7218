import { randomUUID } from 'node:crypto';
import type {
  Aliasing,
  Bulk,
  Health,
  HealthChecking,
  NamespaceListing,
  NamespacePage,
  NamespaceQuery,
  Revisioned,
  RevisionState,
  Snapshot,
  SnapshotOptions,
  Stats,
  Versioned,
  VersionPage,
  VersionQuery,
  WithStats,
} from '../capabilities.js';
import { checkAlias } from '../alias-rules.js';
import { aliasChange, Change } from '../change.js';
import { ChangeLog } from '../change-log/change-log.js';
import { decodeCursor } from '../cursor.js';
import type { Alias, EncodedValue, Entry } from '../entry.js';
import { ConfigError, keyNotFound, versionNotFound } from '../errors.js';
import { ExpiryTimer } from '../expiry-timer.js';
import type { WatchFilter } from '../filter.js';
import { Lifecycle } from '../lifecycle.js';
import { checkKey, checkNamespace } from '../names.js';
import { checkQuery, limitOf, pageOf } from '../paging.js';
import { afterPrefix, type SortedMap, sortedMap } from '../sorted-map.js';
import type {
  CallOptions,
  ChangeStream,
  DeleteOptions,
  Feature,
  Page,
  Query,
  SetOptions,
  Store,
  WatchOptions,
} from '../store.js';
import { entryAfterDelete, entryAfterSet, isLive, repeatedWrite } from '../transition.js';
import { AliasTable } from './alias-table.js';
import { Expiries } from './expiries.js';
import { MemoryLog } from './memory-log.js';
import { NamespaceTable } from './namespace-table.js';

export interface MemoryStoreOptions {
  /** Versions kept of each key, the current one included. Default 100; at least 1. */
  readonly historyLimit?: number;
  /** Changes kept in the log, for watchers that resume. Default 100,000; at least 1. */
  readonly logLimit?: number;
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

const allFeatures: readonly Feature[] = ['revisions', 'cas', 'ttl', 'requests', 'tombstones'];

/**
 * A store in the memory of this process, with everything that a durable one has: revisions, a log to resume from,
 * history, aliases, expiry. What it holds is gone when it is closed; a new one has a new `logId`.
 */
export class MemoryStore
  implements Store, Versioned, Aliasing, Bulk, NamespaceListing, Revisioned, HealthChecking, WithStats
{
  readonly features: ReadonlySet<Feature> = new Set(allFeatures);
  #lifecycle = new Lifecycle('the memory store');
  #historyLimit: number;
  #now: () => number;
  #namespaces: SortedMap<NamespaceTable> = sortedMap();
  #aliases = new AliasTable();
  #expiries = new Expiries();
  #log: MemoryLog;
  #changes: ChangeLog;
  #timer: ExpiryTimer;
  #codecs = new Map<string, string>();

  constructor(options: MemoryStoreOptions = {}) {
    this.#historyLimit = atLeastOne('historyLimit', options.historyLimit ?? 100);
    this.#log = new MemoryLog(atLeastOne('logLimit', options.logLimit ?? 100_000));
    this.#now = options.now ?? Date.now;
    this.#changes = new ChangeLog({ logId: randomUUID(), read: (after, limit) => this.#log.read(after, limit) });
    this.#timer = new ExpiryTimer(
      this.#now,
      () => this.#expiries.next,
      () => this.#commitDue(),
    );
  }

  async connect(): Promise<void> {
    this.#lifecycle.open();
  }

  async close(): Promise<void> {
    this.#lifecycle.close();
    this.#timer.close();
    this.#changes.close();
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
    const entry = this.#namespaces.get(namespace)?.get(key)?.current;
    if (!isLive(entry, this.#now())) throw keyNotFound(namespace, key);
    return entry;
  }

  async set(namespace: string, key: string, value: EncodedValue, options: SetOptions = {}): Promise<Entry> {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    checkKey(key);
    const now = this.#commitDue();
    const repeated = repeatedWrite('set', options, (id) => this.#log.byRequest(namespace, key, id));
    if (repeated !== undefined) return repeated;
    return this.#set(namespace, key, value, options, now);
  }

  async delete(namespace: string, key: string, options: DeleteOptions = {}): Promise<void> {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    checkKey(key);
    const now = this.#commitDue();
    if (repeatedWrite('delete', options, (id) => this.#log.byRequest(namespace, key, id)) !== undefined) return;
    this.#delete(namespace, key, options, now);
  }

  async find(namespace: string, query: Query = {}, options?: CallOptions): Promise<Page> {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    checkQuery(query);
    this.#commitDue();
    const { prefix = '', includeDeleted = false } = query;
    const table = this.#namespaces.get(namespace);
    const at = { revision: this.#log.revision, logId: this.#changes.logId };
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
    if (fault !== undefined) {
      const closed = new ChangeLog({ logId: '' });
      closed.close(fault);
      return closed.watch();
    }
    this.#commitDue();
    return this.#changes.watch(filter, options);
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
    this.#commitDue();
    const { includeDeleted = false } = query;
    const history = this.#namespaces.get(namespace)?.get(key);
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
    const now = this.#commitDue();
    checkAlias(alias, target, {
      isAlias: (name) => this.#aliases.has(name),
      isTarget: (name) => this.#aliases.isTarget(name),
      isKey: (name) => this.#namespaces.valuesArray().some((table) => table.has(name, now)),
    });
    const made: Alias = { alias, target, version: 1, revision: this.#log.revision + 1, createdAtMs: now };
    this.#aliases.set(made);
    this.#commit(aliasChange('alias_set', made, made.revision, now));
    return made;
  }

  async deleteAlias(alias: string, options?: CallOptions): Promise<void> {
    this.#lifecycle.check(options);
    checkKey(alias);
    const now = this.#commitDue();
    const gone = this.#aliases.get(alias);
    this.#aliases.delete(gone);
    this.#commit(aliasChange('alias_delete', gone, this.#log.revision + 1, now));
  }

  async getAlias(alias: string, options?: CallOptions): Promise<Alias> {
    this.#lifecycle.check(options);
    checkKey(alias);
    return this.#aliases.get(alias);
  }

  async listAliases(options?: CallOptions): Promise<readonly Alias[]> {
    this.#lifecycle.check(options);
    return this.#aliases.list();
  }

  async getMany(
    namespace: string,
    keys: readonly string[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, Entry>> {
    const { entries } = await this.find(namespace, { keys }, options);
    return new Map(entries.map((entry) => [entry.key, entry]));
  }

  async setMany(
    namespace: string,
    values: readonly (readonly [key: string, value: EncodedValue])[],
    options?: CallOptions,
  ): Promise<readonly Entry[]> {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    for (const [key] of values) checkKey(key);
    const now = this.#commitDue();
    return values.map(([key, value]) => this.#set(namespace, key, value, {}, now));
  }

  async deleteMany(namespace: string, keys: readonly string[], options?: CallOptions): Promise<number> {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    for (const key of keys) checkKey(key);
    const now = this.#commitDue();
    const table = this.#namespaces.get(namespace);
    const there = [...new Set(keys)].filter((key) => table?.has(key, now));
    for (const key of there) this.#delete(namespace, key, {}, now);
    return there.length;
  }

  async namespaces(query: NamespaceQuery = {}, options?: CallOptions): Promise<NamespacePage> {
    this.#lifecycle.check(options);
    checkQuery(query);
    this.#commitDue();
    const { prefix = '' } = query;
    const scope = `namespaces\n${prefix}`;
    const after = decodeCursor(scope, query.cursor) ?? '';
    const end = afterPrefix(prefix);
    const limit = limitOf(query.limit);
    const names: string[] = [];
    for (const [name, table] of this.#namespaces.entries(after.startsWith(prefix) ? after : prefix)) {
      if (names.length > limit || (end !== undefined && name >= end)) break;
      if (name > after && table.size > 0) names.push(name);
    }
    const { items, nextCursor } = pageOf(names, limit, scope, (name) => name);
    return { namespaces: items, nextCursor };
  }

  async stats(options?: CallOptions): Promise<Stats> {
    this.#lifecycle.check(options);
    this.#commitDue();
    const counts = this.#namespaces.toArray().map(([name, table]) => [name, table.size] as const);
    return { namespaces: new Map(counts.filter(([, size]) => size > 0)) };
  }

  async revision(namespace = '', options?: CallOptions): Promise<RevisionState> {
    this.#lifecycle.check(options);
    this.#commitDue();
    return {
      revision: this.#log.revision,
      oldestRevision: this.#changes.oldestRevision,
      logId: this.#changes.logId,
      namespaceRevision: this.#namespaces.get(namespace)?.revision ?? 0,
    };
  }

  async snapshot(namespace: string, options: SnapshotOptions = {}): Promise<Snapshot> {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    this.#commitDue();
    const table = this.#namespaces.get(namespace);
    const { maxEntries } = options;
    if (maxEntries && table !== undefined && table.size > maxEntries) {
      throw new ConfigError('resource_exhausted', `namespace ${namespace} has more than ${maxEntries} entries`);
    }
    const entries = table?.page('', undefined, Number.POSITIVE_INFINITY, false) ?? [];
    return { entries, revision: this.#log.revision, logId: this.#changes.logId };
  }

  #set(namespace: string, key: string, value: EncodedValue, options: SetOptions, now: number): Entry {
    const table = this.#table(namespace);
    const last = table.get(key)?.current;
    // Kept bytes are a copy of their own; names and codecs are shared by all versions.
    const kept = { bytes: new Uint8Array(value.bytes), codec: this.#codec(value.codec), type: value.type };
    const revision = this.#log.revision + 1;
    const entry = entryAfterSet(table.name, last?.key ?? key, last, kept, options, revision, now);
    this.#put(table, last, entry, new Change('set', entry, revision, options.requestId));
    return entry;
  }

  #delete(namespace: string, key: string, options: DeleteOptions, now: number): void {
    const table = this.#table(namespace);
    const last = table.get(key)?.current;
    const revision = this.#log.revision + 1;
    const entry = entryAfterDelete(table.name, last?.key ?? key, last, options, revision, now);
    this.#put(table, last, entry, new Change('delete', entry, revision, options.requestId));
  }

  #put(table: NamespaceTable, last: Entry | undefined, entry: Entry, change: Change): void {
    if (table.revision === 0) this.#namespaces.set(table.name, table);
    table.put(entry, this.#historyLimit);
    this.#expiries.replace(last, entry);
    this.#commit(change);
    this.#timer.schedule();
  }

  #commit(change: Change): void {
    this.#log.push(change);
    this.#changes.compactedTo(this.#log.oldestRevision);
    this.#changes.append([change]);
  }

  /** Deletes what has expired, and answers the time. */
  #commitDue(): number {
    const now = this.#now();
    if ((this.#expiries.next ?? Number.POSITIVE_INFINITY) <= now) {
      for (const entry of this.#expiries.due(now)) this.#delete(entry.namespace, entry.key, {}, now);
    }
    return now;
  }

  #table(namespace: string): NamespaceTable {
    return this.#namespaces.get(namespace) ?? new NamespaceTable(namespace);
  }

  #codec(name: string): string {
    const known = this.#codecs.get(name);
    if (known !== undefined) return known;
    if (this.#codecs.size < 1_000) this.#codecs.set(name, name);
    return name;
  }
}

function atLeastOne(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new ConfigError('invalid_argument', `${name} must be a whole number, 1 or more, not ${value}`);
}
