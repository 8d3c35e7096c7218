import type { RestoreTarget } from '../contract/batch.js';
import { can, type VersionQuery } from '../contract/capabilities.js';
import { ConfigError, isConfigError } from '../contract/errors.js';
import { checkKey } from '../contract/names.js';
import type { CallOptions, Query } from '../contract/store.js';
import { Value } from '../value/value.js';
import type {
  BatchResult,
  BatchWrite,
  BatchWriteOptions,
  ChangesQuery,
  DeleteValueOptions,
  FoundPage,
  GetOptions,
  SetValueOptions,
  ValueVersions,
} from './call-options.js';
import { KeyChanges } from './changes.js';
import { Coherence } from './coherence.js';
import { Follower, type FollowerState } from './follower.js';
import { CachedStates } from './key-states.js';
import { LoadedPrefix } from './loaded-prefix.js';
import { PrefixLoader } from './prefix-loader.js';
import { Reads } from './reads.js';
import type { Shared } from './shared.js';
import { type NamespaceStatus, statusOf } from './status.js';
import { storeThatCan, Writes } from './writes.js';

/** Entries of a page of {@link Namespace.all} unless told. */
const pageSize = 500;

/** One namespace's configuration, as an app reads and writes it. Made by `manager.namespace(name)`. */
export class Namespace {
  readonly name: string;
  readonly #shared: Shared;
  readonly #follower: Follower;
  readonly #loader: PrefixLoader;
  readonly #reads: Reads;
  readonly #writes: Writes;

  constructor(name: string, shared: Shared) {
    const { settings, signal, aliases, position } = shared;
    const { store, backoff, logger } = settings;
    this.name = name;
    this.#shared = shared;
    const coherence = new Coherence(new CachedStates(name, settings.cache));
    let logId = '';
    this.#follower = new Follower({
      ...{ store, namespace: name, backoff, logger },
      onRenewed: () => {
        logId = '';
        coherence.renew();
        this.#loader.onRenewed();
        aliases.follow(signal);
      },
      onWrite: (changes) => {
        position.saw(changes.at(-1)?.revision, logId);
        const ofKeys = changes.filter(({ type }) => type === 'set' || type === 'delete');
        if (ofKeys.length < changes.length) aliases.follow(signal);
        coherence.apply(ofKeys);
      },
      onProgress: (revision, log) => {
        logId = log;
        position.saw(revision, log);
        coherence.seen(revision, log);
      },
      onState: (state) => this.#tell(state),
    });
    this.#reads = new Reads(name, shared, coherence, this.#follower);
    this.#writes = new Writes(name, settings, coherence);
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
    return this.#shared.statuses.get(this.name);
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
    return this.#reads.get(key, options);
  }

  /**
   * What is remembered of the key, at once and without asking the store: its value, marked stale unless the watch is
   * unbroken; `undefined` where the key does not exist or was never read. Load a prefix to know every key of it.
   *
   * @example
   * await config.get('app/timeout'); // once, at the start
   * const timeout = config.peek('app/timeout')?.number() ?? 30; // for each request
   */
  peek(key: string): Value | undefined {
    return this.#reads.peek(key);
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
    this.#shared.lifecycle.check(options);
    const { settings } = this.#shared;
    if (query.atRevision) storeThatCan(settings.store, 'revisions');
    const { entries, nextCursor, revision } = await settings.store.find(this.name, query, options);
    return { values: entries.map((entry) => Value.fromEntry(entry, settings)), nextCursor, revision };
  }

  /**
   * Encodes and writes; returns the value as written. Fails as the options say, with `invalid_value` for what the codec
   * cannot keep, and as the store does.
   *
   * @example
   * const next = await config.set('app/timeout', 45, { ifVersion: timeout.version, comment: 'too many retries' });
   */
  async set(key: string, data: unknown, options: SetValueOptions = {}): Promise<Value> {
    return this.#writes.set(this.#resolve(key, options), data, options);
  }

  /** Fails with `not_found` if there is no such key. */
  async delete(key: string, options: DeleteValueOptions = {}): Promise<void> {
    await this.#writes.delete(this.#resolve(key, options), options);
  }

  /**
   * Applies all writes, in order, or none. Fails as the first that is refused fails, with `index` and `key` in the
   * error's metadata; with `unsupported` where the store has no batches. At most 1,000 writes.
   *
   * @example
   * await config.batch([
   *   { type: 'set', key: 'db/host', data: 'db2', ifVersion: 3 },
   *   { type: 'delete', key: 'db/replica' },
   * ]);
   */
  async batch(writes: readonly BatchWrite[], options: BatchWriteOptions = {}): Promise<BatchResult> {
    this.#shared.lifecycle.check(options);
    return this.#writes.batch(
      writes.map((write) => ({ ...write, key: this.#resolve(write.key, options) })),
      options,
    );
  }

  /**
   * Brings a key, or without one the whole namespace, back to an earlier version or revision, as new changes, all or
   * nothing. Fails with `version_not_found`, `revision_compacted`, `unsupported`.
   *
   * @example
   * await config.restore({ key: 'db/host', to: { version: 3 } });
   * await config.restore({ to: { revision: 1_204 } }, { dryRun: true });
   */
  async restore(target: RestoreTarget, options: BatchWriteOptions = {}): Promise<BatchResult> {
    this.#shared.lifecycle.check(options);
    const key = target.key === undefined ? undefined : this.#resolve(target.key, options);
    return this.#writes.restore({ ...target, key }, options);
  }

  /** The versions that the store keeps of a key. Fails with `versioning_not_supported`, `not_found`, … */
  async versions(key: string, query: VersionQuery = {}, options: CallOptions = {}): Promise<ValueVersions> {
    const name = this.#resolve(key, options);
    const { settings } = this.#shared;
    const { store } = settings;
    if (!can(store, 'versions')) throw new ConfigError('versioning_not_supported', 'the store keeps no versions');
    const { entries, nextCursor } = await store.versions(this.name, name, query, options);
    return { values: entries.map((entry) => Value.fromEntry(entry, settings)), nextCursor };
  }

  /**
   * The changes of the keys below a prefix, from the call on: none that is made after it is missed, while some of the
   * last before it may be told. Survives a lost connection: where the store cannot tell what was missed (it has no
   * revisions, has forgotten them, or is another now), the keys are read again, and one change is told for each that is
   * another now. For that they are read once at the beginning; where they may not be listed, it fails instead. Fails with
   * `revision_compacted` where `startRevision` is forgotten, else as the store does. Close it, iterate it to an end, or end
   * it by the signal.
   *
   * @example
   * await using changes = config.watch({ prefix: 'app/' });
   * for await (const { type, key, value } of changes) console.log(type, key, value?.data);
   */
  watch(query: ChangesQuery = {}): KeyChanges {
    const { lifecycle, settings, signal, position } = this.#shared;
    lifecycle.check();
    const { key, prefix = '', startRevision, logId = '' } = query;
    if (key !== undefined && prefix !== '') throw new ConfigError('invalid_argument', 'key excludes prefix');
    if (key !== undefined) checkKey(key);
    const { store, codecs, backoff } = settings;
    const changes = new KeyChanges({
      ...{ store, codecs, namespace: this.name, key, prefix: key ?? prefix, backoff, known: position },
      from: startRevision === undefined ? undefined : { revision: startRevision, logId },
      signal: query.signal === undefined ? signal : AbortSignal.any([query.signal, signal]),
    });
    this.#writes.waitFor(changes.ready);
    return changes;
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
    this.#shared.lifecycle.check(options);
    this.#follower.start();
    const states = await this.#loader.acquire(prefix, options.signal);
    return new LoadedPrefix({
      states,
      codecs: this.#shared.settings.codecs,
      isLive: () => this.#follower.live && states.isComplete,
      release: () => this.#loader.release(states),
    });
  }

  /** For the manager, which closes its namespaces. */
  async close(): Promise<void> {
    await this.#follower.close();
  }

  #resolve(key: string, options: CallOptions): string {
    this.#shared.lifecycle.check(options);
    checkKey(key);
    return this.#shared.aliases.resolve(key);
  }

  #tell(state: FollowerState): void {
    const { statuses, signal, onStoreClosed } = this.#shared;
    const status = signal.aborted ? undefined : statusOf(this.name, state);
    if (status === undefined) return;
    statuses.set(status);
    if (status.error?.code === 'closed') onStoreClosed(status.error);
  }
}
