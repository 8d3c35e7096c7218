import type { StandardSchemaV1 } from '@standard-schema/spec';
import { can, type VersionQuery } from '../contract/capabilities.js';
import { ConfigError, isConfigError } from '../contract/errors.js';
import { checkKey } from '../contract/names.js';
import type { CallOptions, Query } from '../contract/store.js';
import type { Remembered } from '../live/feed.js';
import type { PendingLive } from '../live/live.js';
import type { Source } from '../live/live-state.js';
import { type LiveOptions, openLive } from '../live/open-live.js';
import { Value } from '../value/value.js';
import type { FoundPage, GetOptions, ValueVersions } from './call-options.js';
import { Coherence } from './coherence.js';
import { Follower, type FollowerState } from './follower.js';
import { KeyListeners } from './key-listeners.js';
import { CachedStates } from './key-states.js';
import { LoadedPrefix } from './loaded-prefix.js';
import { PrefixLoader } from './prefix-loader.js';
import { Reads } from './reads.js';
import { Revalidation } from './revalidation.js';
import type { Shared } from './shared.js';
import { type NamespaceStatus, statusOf } from './status.js';
import { storeThatCan } from './writes.js';

/** The source that the reads of a namespace come from. */
export interface Served {
  /** `server` from the time on that it was followed once. */
  readonly source: Source;
  /** Up to which changes were heard of; 0 where that is not known. */
  readonly revision: number;
  /** Milliseconds since the server was last heard; 0 while it is, `undefined` where it never was. */
  readonly ageMs: number | undefined;
}

/** Entries of a page of {@link Namespace.all} unless told. */
const pageSize = 500;

/** How a namespace is read, and kept in memory. */
export abstract class ReadableNamespace {
  readonly name: string;
  protected readonly shared: Shared;
  protected readonly coherence: Coherence;
  readonly #cached: CachedStates;
  readonly #follower: Follower;
  readonly #loader: PrefixLoader;
  readonly #reads: Reads;
  readonly #listeners = new KeyListeners();

  constructor(name: string, shared: Shared) {
    const { settings, signal, aliases, position, watches } = shared;
    const { store, backoff, logger } = settings;
    this.name = name;
    this.shared = shared;
    this.#cached = new CachedStates(name, settings.cache);
    const coherence = new Coherence(this.#cached);
    this.coherence = coherence;
    let logId = '';
    this.#follower = new Follower({
      ...{ watches, namespace: name, logger },
      onRenewed: () => {
        logId = '';
        coherence.renew();
        this.#loader.onRenewed();
        aliases.follow(signal);
        this.#listeners.tellAll();
      },
      onWrite: (changes) => {
        position.saw(changes.at(-1)?.revision, logId);
        const ofKeys = changes.filter(({ type }) => type === 'set' || type === 'delete');
        if (ofKeys.length < changes.length) aliases.follow(signal);
        coherence.apply(ofKeys);
        for (const { entry } of ofKeys) this.#listeners.tell(entry.key);
      },
      onProgress: (revision, log) => {
        logId = log;
        position.saw(revision, log);
        coherence.seen(revision, log);
      },
      onState: (state) => {
        if (state.is === 'live') revalidation.start();
        else revalidation.stop();
        this.#tell(state);
      },
    });
    const revalidation = new Revalidation({
      ...{ store, namespace: name, logger, signal, intervalMs: settings.revalidateMs },
      onDoubt: () => {
        coherence.renew();
        this.#loader.onRenewed();
        this.#listeners.tellAll();
      },
    });
    this.#reads = new Reads(name, shared, coherence, this.#follower);
    this.#loader = new PrefixLoader({
      ...{ store, namespace: name, backoff, logger, signal, coherence },
      follower: this.#follower,
    });
  }

  /** Failures of the watch in a row; 0 while it is unbroken or not needed. */
  get watchFailures(): number {
    return this.#follower.failures;
  }

  /** How the namespace is served now; `undefined` before the first read. */
  get status(): NamespaceStatus | undefined {
    return this.shared.statuses.get(this.name);
  }

  /** The source of its reads now, and how old their answers may be. */
  get served(): Served {
    const { seen: revision, ageMs } = this.#follower;
    return { source: this.#follower.wasLive ? 'server' : this.remembered('').source, revision, ageMs };
  }

  /**
   * Fails with `not_found`, `invalid_key`. Never returns something older than a write of this manager that has been
   * answered, nor, while the watch is unbroken, anything but the store's state of a moment ago; it is then a promise that
   * is resolved already. While the store cannot be reached, a key that was read before is answered within milliseconds
   * by its last known value, marked stale; many reads of one key are one call of the store.
   *
   * @example
   * const timeout = (await config.get('app/timeout')).number();
   * const pool = (await config.get('db/pool', { default: 10 })).integer();
   */
  get(key: string, options?: GetOptions): Promise<Value> {
    const { references } = this.shared;
    if (references === undefined) return this.#reads.get(key, options);
    return this.#reads.get(key, options).then((value) => references.expand(value, [this], options));
  }

  /** As {@link get}, with references in it as they are written. */
  stored(key: string, options?: GetOptions): Promise<Value> {
    return this.#reads.get(key, options);
  }

  /**
   * The remembered value of the key, at once and without asking the store, marked stale unless the watch is
   * unbroken; `undefined` where the key does not exist or was never read. Load a prefix to know every key of it.
   *
   * @example
   * await config.get('app/timeout'); // once, at the start
   * const timeout = config.peek('app/timeout')?.number() ?? 30; // for each request
   */
  peek(key: string): Value | undefined {
    const { references } = this.shared;
    return references === undefined ? this.#reads.peek(key) : references.peek(this.#reads.peek(key), [this]);
  }

  /** As {@link peek}, with references in it as they are written. */
  peekStored(key: string): Value | undefined {
    return this.#reads.peek(key);
  }

  /** Calls the listener when the key was changed, or changes may have been missed. Returns what ends that. */
  onChange(key: string, listener: () => void): () => void {
    return this.#listeners.add(this.shared.aliases.resolve(key), listener);
  }

  /** Whether the key exists. Options and failures as of {@link get}. */
  async has(key: string, options: GetOptions = {}): Promise<boolean> {
    try {
      await this.#reads.get(key, { read: options.read, atRevision: options.atRevision, signal: options.signal });
      return true;
    } catch (error) {
      if (isConfigError(error, 'not_found')) return false;
      throw error;
    }
  }

  /**
   * All values below a prefix, in key order, page after page from the store. Where the store has revisions, each page is
   * of one moment, all of them need not be. A `limit` is that of a page.
   *
   * @example
   * for await (const value of config.all({ prefix: 'app/' })) console.log(value.key, value.data);
   */
  async *all(query: Query = {}, options?: CallOptions): AsyncGenerator<Value, void, undefined> {
    let cursor = query.cursor ?? '';
    do {
      const page = await this.find({ limit: query.keys ? undefined : pageSize, ...query, cursor }, options);
      yield* page.values;
      cursor = page.nextCursor;
    } while (cursor !== '');
  }

  /** Some keys by name, or those below a prefix, page by page; always from the store. Aliases are not resolved. */
  async find(query: Query = {}, options?: CallOptions): Promise<FoundPage> {
    this.shared.lifecycle.check(options);
    const { settings } = this.shared;
    if (query.atRevision) storeThatCan(settings.store, 'revisions');
    const { entries, nextCursor, revision } = await settings.store.find(this.name, query, options);
    return { values: entries.map((entry) => Value.fromEntry(entry, settings)), nextCursor, revision };
  }

  /** The versions that the store keeps of a key. Fails with `versioning_not_supported`, `not_found`, … */
  async versions(key: string, query: VersionQuery = {}, options: CallOptions = {}): Promise<ValueVersions> {
    const name = this.resolve(key, options);
    const { settings } = this.shared;
    const { store } = settings;
    if (!can(store, 'versions')) throw new ConfigError('versioning_not_supported', 'the store keeps no versions');
    const { entries, nextCursor } = await store.versions(this.name, name, query, options);
    return { values: entries.map((entry) => Value.fromEntry(entry, settings)), nextCursor };
  }

  /**
   * Takes all keys below a prefix into memory, whatever their number, and keeps them there beside the cache, up to
   * date, until it is closed: every read of them is then answered from memory. Waits for the watch and the store as
   * long as the signal lets it. Fails with `watch_not_supported`, or as the store does.
   *
   * @example
   * using flags = await config.load('flags/');
   * const on = flags.get('flags/new-checkout')?.boolean() ?? false;
   */
  async load(prefix = '', options: CallOptions = {}): Promise<LoadedPrefix> {
    this.shared.lifecycle.check(options);
    this.#follower.start();
    const states = await this.#loader.acquire(prefix, options.signal);
    return new LoadedPrefix({
      states,
      codecs: this.shared.settings.codecs,
      isLive: () => this.#follower.live && states.isComplete,
      release: () => this.#loader.release(states),
    });
  }

  /**
   * An object bound to the keys below `prefix`: typed and checked by any Standard Schema, frozen, swapped whole with each
   * write. `db/host` and `db/tls/ca` are `{ host, tls: { ca } }` of `db`. Await it, or its `ready`, for the first valid
   * value; where the store does not answer within `waitMs`, that is of what is remembered: the cache file, else the bootstrap
   * values, else the defaults of the schema. Throws `invalid_argument` for what is not a schema.
   *
   * @example
   * using db = await config.live('db', z.object({ host: z.string(), pool: z.number().default(10) }));
   * db.on('change', ({ current, changed }) => changed.has('pool') && pool.resize(current.pool));
   * console.log(db.current.host);
   */
  live<S extends StandardSchemaV1>(prefix: string, schema: S, options: LiveOptions = {}): PendingLive<S> {
    this.shared.lifecycle.check();
    return openLive([this], prefix, schema, options, this.shared);
  }

  /** The remembered states of the keys below a prefix, read without the store, and their source. */
  remembered(prefix: string): Remembered {
    const { codecs, bootstrap } = this.shared.settings;
    const values = this.#cached.values(prefix, codecs);
    const known = bootstrap.get(this.name) ?? [];
    const source = values.size > 0 ? 'cache' : bootstrap.has(this.name) ? 'bootstrap' : 'defaults';
    if (this.#follower.wasLive) return { values, source };
    for (const [key, value] of known) {
      if (key.startsWith(prefix) && !values.has(key)) values.set(key, value);
    }
    return { values, source };
  }

  /** For the manager: whether the key was read since it was last asked for. */
  wasRead(key: string): boolean {
    return this.coherence.wasRead(key);
  }

  protected resolve(key: string, options: CallOptions): string {
    this.shared.lifecycle.check(options);
    checkKey(key);
    return this.shared.aliases.resolve(key);
  }

  #tell(state: FollowerState): void {
    const { statuses, signal, onStoreClosed } = this.shared;
    const status = signal.aborted ? undefined : statusOf(this.name, state);
    if (status === undefined) return;
    statuses.set(status);
    if (status.error?.code === 'closed') onStoreClosed(status.error);
  }
}
