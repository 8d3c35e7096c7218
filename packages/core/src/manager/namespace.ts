import type { Capability } from '../contract/capability.js';
import { can, type VersionQuery } from '../contract/capabilities.js';
import { ConfigError, isConfigError, keyNotFound } from '../contract/errors.js';
import type { Lifecycle } from '../local-store/lifecycle.js';
import { checkKey } from '../contract/names.js';
import type { CallOptions, DeleteOptions, Query, SetOptions } from '../contract/store.js';
import { Value } from '../value/value.js';
import { followChanges, type KeyChange } from './changes.js';
import { isOutage } from './faults.js';
import { Follower } from './follower.js';
import { checkKeyLimit } from './key-limit.js';
import { LoadedPrefix } from './loaded-prefix.js';
import { CachedMemory } from './key-states.js';
import { Mirror } from './coherence.js';
import type { ManagerSettings } from './options.js';
import { PrefixLoader } from './prefix-loader.js';
import type { ChangesQuery, FoundPage, GetOptions, PutOptions, RemoveOptions, VersionsPage } from './call-options.js';

/** One namespace's configuration, as an app reads and writes it. Made by `manager.namespace(name)`. */
export class Namespace {
  readonly name: string;
  readonly #settings: ManagerSettings;
  readonly #lifecycle: Lifecycle;
  readonly #signal: AbortSignal;
  readonly #mirror: Mirror;
  readonly #follower: Follower;
  readonly #loader: PrefixLoader;

  constructor(name: string, settings: ManagerSettings, lifecycle: Lifecycle, signal: AbortSignal) {
    const { store, backoff, logger, aliases } = settings;
    this.name = name;
    this.#settings = settings;
    this.#lifecycle = lifecycle;
    this.#signal = signal;
    const mirror = new Mirror(new CachedMemory(name, settings.cache), settings.codecs);
    this.#mirror = mirror;
    this.#follower = new Follower({
      store,
      namespace: name,
      backoff,
      logger,
      onRenewed: () => {
        mirror.renew();
        this.#loader.onRenewed();
        aliases.follow(signal);
      },
      onChange: (change) => {
        if (change.type === 'set' || change.type === 'delete') mirror.apply(change);
        else aliases.follow(signal);
      },
      onProgress: (revision) => mirror.seen(revision),
    });
    this.#loader = new PrefixLoader({
      store,
      namespace: name,
      mirror,
      follower: this.#follower,
      backoff,
      logger,
      signal,
    });
  }

  /** Failures of the watch in a row; 0 while it is unbroken or not needed. */
  get watchFailures(): number {
    return this.#follower.failures;
  }

  /**
   * Fails with `not_found`, `invalid_key`. Never answers with something older than a write of this manager that has
   * been answered, nor, while the watch is unbroken, with anything but the store's state of a moment ago.
   */
  async get(key: string, options: GetOptions = {}): Promise<Value> {
    const name = this.#resolve(key, options);
    if (options.read === 'store') return this.#read(name, options);
    this.#follower.start();
    if (this.#follower.live) {
      const state = this.#mirror.fresh(name);
      if (state !== undefined && !state.value?.isExpired()) {
        if (state.value === undefined) throw keyNotFound(this.name, name);
        return state.value;
      }
    }
    try {
      return await this.#read(name, options);
    } catch (error) {
      if (options.signal?.aborted || this.#signal.aborted || !isOutage(error)) throw error;
      const value = this.#mirror.last(name)?.value;
      if (value === undefined || value.isExpired()) throw error;
      return value.asStale();
    }
  }

  /** Some keys by name, or those below a prefix, page by page; always from the store. Aliases are not resolved. */
  async find(query: Query = {}, options?: CallOptions): Promise<FoundPage> {
    this.#lifecycle.check(options);
    const { entries, nextCursor, revision } = await this.#settings.store.find(this.name, query, options);
    return { values: entries.map((entry) => Value.fromEntry(entry, this.#settings)), nextCursor, revision };
  }

  /** Encodes and writes; answers the value as written. Fails as {@link PutOptions} says, with `invalid_value`, … */
  async set(key: string, data: unknown, options: PutOptions = {}): Promise<Value> {
    const name = this.#resolve(key, options);
    const { store, codecs, defaultCodec } = this.#settings;
    const value = data instanceof Value ? data : Value.of(data, { codec: options.codec ?? defaultCodec, codecs });
    const request = this.#request(options);
    await checkKeyLimit(store, this.name, name, request, this.#settings.maxKeysPerNamespace);
    const pending = this.#mirror.begin(name);
    try {
      const entry = await store.set(this.name, name, value, request);
      const state = this.#mirror.stateOf(entry, entry.revision);
      this.#mirror.settle(pending, state);
      return state.value as Value;
    } catch (error) {
      this.#mirror.abandon(pending);
      throw error;
    }
  }

  /** Fails with `not_found` if there is no such key. */
  async delete(key: string, options: RemoveOptions = {}): Promise<void> {
    const name = this.#resolve(key, options);
    const request = this.#request(options);
    const pending = this.#mirror.begin(name);
    try {
      await this.#settings.store.delete(this.name, name, request);
      this.#mirror.settle(pending, { value: undefined, revision: 0 });
    } catch (error) {
      this.#mirror.abandon(pending);
      throw error;
    }
  }

  /** The versions that the store keeps of a key. Fails with `versioning_not_supported`, `not_found`, … */
  async versions(key: string, query: VersionQuery = {}, options: CallOptions = {}): Promise<VersionsPage> {
    const name = this.#resolve(key, options);
    const { store } = this.#settings;
    if (!can(store, 'versions')) throw new ConfigError('versioning_not_supported', 'the store keeps no versions');
    const { entries, nextCursor } = await store.versions(this.name, name, query, options);
    return { values: entries.map((entry) => Value.fromEntry(entry, this.#settings)), nextCursor };
  }

  /**
   * The changes of the keys below a prefix, from the call on. Survives a lost connection where the store has revisions;
   * else, and where the store has forgotten what was missed (`revision_compacted`), it fails: read anew then. Iterate
   * it, or end it by the signal.
   */
  watch(query: ChangesQuery = {}): AsyncGenerator<KeyChange, void, undefined> {
    this.#lifecycle.check();
    const { prefix = '', startRevision, logId, signal } = query;
    const ended = signal === undefined ? this.#signal : AbortSignal.any([signal, this.#signal]);
    const { store, codecs, backoff } = this.#settings;
    return followChanges({ store, codecs, namespace: this.name, prefix, startRevision, logId, backoff, signal: ended });
  }

  /**
   * Takes all keys below a prefix into memory, whatever their number, and keeps them there beside the cache, up to
   * date, until it is closed: every read of them is then answered from memory. Waits for the watch and the store as
   * long as the signal lets it. Fails with `watch_not_supported`, or as the store does.
   */
  async load(prefix = '', options: CallOptions = {}): Promise<LoadedPrefix> {
    this.#lifecycle.check(options);
    this.#follower.start();
    const memory = await this.#loader.acquire(prefix, options.signal);
    return new LoadedPrefix({
      prefix,
      source: memory,
      isLive: () => this.#follower.live && memory.isComplete,
      release: () => this.#loader.release(memory),
    });
  }

  /** For the manager, which closes its namespaces. */
  async close(): Promise<void> {
    await this.#follower.close();
  }

  async #read(key: string, options: CallOptions): Promise<Value> {
    const pending = this.#mirror.begin(key);
    try {
      const entry = await this.#settings.store.get(this.name, key, options);
      const state = this.#mirror.stateOf(entry, entry.revision);
      this.#mirror.settle(pending, state);
      return state.value as Value;
    } catch (error) {
      if (isConfigError(error, 'not_found')) this.#mirror.settle(pending, { value: undefined, revision: 0 });
      else this.#mirror.abandon(pending);
      throw error;
    }
  }

  #resolve(key: string, options: CallOptions): string {
    this.#lifecycle.check(options);
    checkKey(key);
    return this.#settings.aliases.resolve(key);
  }

  /** What the store is asked for. Refuses what it would not do but silently ignore. */
  #request(options: PutOptions): SetOptions & DeleteOptions {
    const { ifNotExists, ifExists, ifVersion, ttlMs, requestId, signal } = options;
    if (ifNotExists && ifExists) {
      throw new ConfigError('invalid_argument', 'ifNotExists and ifExists exclude each other');
    }
    this.#require('cas', 'ifVersion', ifVersion);
    this.#require('ttl', 'ttlMs', ttlMs);
    this.#require('requests', 'requestId', requestId);
    return { mode: ifNotExists ? 'create' : ifExists ? 'update' : 'upsert', ifVersion, ttlMs, requestId, signal };
  }

  #require(feature: Capability, option: string, value: unknown): void {
    if (value === undefined || this.#settings.store.features.has(feature)) return;
    throw new ConfigError('unsupported', `the store lacks the feature ${feature}, which ${option} needs`);
  }
}
