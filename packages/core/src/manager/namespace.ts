import type { BatchOutcome, RestoreTarget } from '../contract/batch.js';
import { type CapabilityOf, can, type VersionQuery } from '../contract/capabilities.js';
import type { Capability } from '../contract/capability.js';
import type { Entry } from '../contract/entry.js';
import { ConfigError, isConfigError, isTransient, keyNotFound } from '../contract/errors.js';
import { checkKey } from '../contract/names.js';
import type { CallOptions, Query, Store } from '../contract/store.js';
import { untilAborted } from '../util/wait.js';
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
import { checkKeyLimit } from './key-limit.js';
import { CachedStates } from './key-states.js';
import { LoadedPrefix } from './loaded-prefix.js';
import { PrefixLoader } from './prefix-loader.js';
import type { Shared } from './shared.js';
import { type NamespaceStatus, statusOf } from './status.js';
import { batchOperation, batchRequest, encoded, makesKey, writeRequest } from './write-request.js';

/** One namespace's configuration, as an app reads and writes it. Made by `manager.namespace(name)`. */
export class Namespace {
  readonly name: string;
  readonly #shared: Shared;
  readonly #coherence: Coherence;
  readonly #follower: Follower;
  readonly #loader: PrefixLoader;
  /** Watches of the app that have not begun, and cannot begin with a change made meanwhile. */
  readonly #beginning = new Set<Promise<void>>();

  constructor(name: string, shared: Shared) {
    const { settings, signal, aliases, position } = shared;
    const { store, backoff, logger } = settings;
    this.name = name;
    this.#shared = shared;
    const coherence = new Coherence(new CachedStates(name, settings.cache));
    this.#coherence = coherence;
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
   * answered, nor, while the watch is unbroken, anything but the store's state of a moment ago.
   *
   * @example
   * const timeout = (await config.get('app/timeout')).number();
   */
  async get(key: string, options: GetOptions = {}): Promise<Value> {
    const { settings, lifecycle, aliases, signal } = this.#shared;
    lifecycle.check(options);
    const name = aliases.resolve(key);
    const { read = 'cached', atRevision = 0 } = options;
    if (read === 'cached' && atRevision === 0 && this.#follower.live) {
      const state = this.#coherence.fresh(name);
      // What is remembered has been checked: it is looked up first.
      if (state?.entry !== undefined && !state.isExpired) return state.value(settings.codecs) as Value;
      checkKey(key);
      if (state !== undefined && state.entry === undefined) throw keyNotFound(this.name, name);
    } else checkKey(key);
    if (atRevision !== 0) {
      const entry = await this.#storeThatCan('revisions').get(this.name, name, options);
      return Value.fromEntry(entry, settings);
    }
    if (read === 'store') return this.#read(name, options);
    this.#follower.start();
    try {
      return await this.#read(name, options);
    } catch (error) {
      if (options.signal?.aborted || signal.aborted || !isTransient(error)) throw error;
      const last = this.#coherence.last(name);
      const value = last?.isExpired ? undefined : last?.value(settings.codecs);
      if (value === undefined) throw error;
      return value.asStale();
    }
  }

  /** Some keys by name, or those below a prefix, page by page; always from the store. Aliases are not resolved. */
  async find(query: Query = {}, options?: CallOptions): Promise<FoundPage> {
    this.#shared.lifecycle.check(options);
    if (query.atRevision) this.#storeThatCan('revisions');
    const { settings } = this.#shared;
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
    const name = this.#resolve(key, options);
    const { settings } = this.#shared;
    const { store, maxKeysPerNamespace } = settings;
    const value = encoded(settings, data, options.codec);
    const request = writeRequest(store, options);
    if (makesKey(options)) await checkKeyLimit(store, this.name, [name], maxKeysPerNamespace, options);
    const entry = await this.#write(name, options, () => store.set(this.name, name, value, request));
    return Value.fromEntry(entry, settings);
  }

  /** Fails with `not_found` if there is no such key. */
  async delete(key: string, options: DeleteValueOptions = {}): Promise<void> {
    const name = this.#resolve(key, options);
    const { store } = this.#shared.settings;
    const { ifVersion, requestId, comment, signal } = writeRequest(store, options);
    await this.#write(name, options, () => store.delete(this.name, name, { ifVersion, requestId, comment, signal }));
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
    const { settings } = this.#shared;
    const names = writes.map(({ key }) => this.#resolve(key, options));
    const store = this.#storeThatCan('batch');
    const request = batchRequest(store, options);
    const operations = writes.map((write, i) => batchOperation(settings, names[i] as string, write));
    const made = names.filter((_, i) => makesKey(writes[i] as BatchWrite));
    await checkKeyLimit(store, this.name, made, settings.maxKeysPerNamespace, options);
    await this.#begun(options);
    const pending = [...new Set(names)].map((name) => this.#coherence.begin(name));
    try {
      const outcome = await store.batch(this.name, operations, request);
      const last = new Map(names.map((name, i) => [name, outcome.entries[i]]));
      for (const call of pending) {
        const entry = last.get(call.key);
        if (options.dryRun || entry === undefined) this.#coherence.abandon(call);
        else this.#coherence.settle(call, entry.deleted ? undefined : entry, entry.revision);
      }
      this.#coherence.flush();
      return this.#result(outcome);
    } catch (error) {
      for (const call of pending) this.#coherence.abandon(call);
      throw error;
    }
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
    const key = target.key === undefined ? undefined : this.#resolve(target.key, options);
    this.#shared.lifecycle.check(options);
    const store = this.#storeThatCan('restore');
    await this.#begun(options);
    const outcome = await store.restore(this.name, { ...target, key }, batchRequest(store, options));
    // Which keys it would change was not known before, so that changes meanwhile were not noticed: read them again.
    if (!outcome.dryRun) for (const entry of outcome.entries) this.#coherence.forget(entry.key);
    return this.#result(outcome);
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
   * last before it may be told. Survives a lost connection where the store has revisions. Fails where a change could have
   * been missed: with `revision_compacted` where the store has forgotten it, else as the store does; read anew then.
   * Close it, iterate it to an end, or end it by the signal.
   *
   * @example
   * await using changes = config.watch({ prefix: 'app/' });
   * for await (const { type, key, value } of changes) console.log(type, key, value?.data);
   */
  watch(query: ChangesQuery = {}): KeyChanges {
    const { lifecycle, settings, signal, position } = this.#shared;
    lifecycle.check();
    const { prefix = '', startRevision, logId = '' } = query;
    const { store, codecs, backoff } = settings;
    const changes = new KeyChanges({
      ...{ store, codecs, namespace: this.name, prefix, backoff, known: position },
      from: startRevision === undefined ? undefined : { revision: startRevision, logId },
      signal: query.signal === undefined ? signal : AbortSignal.any([query.signal, signal]),
    });
    const beginning = changes.ready.catch(() => {}).finally(() => this.#beginning.delete(beginning));
    this.#beginning.add(beginning);
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

  async #read(key: string, options: CallOptions): Promise<Value> {
    const { store, codecs } = this.#shared.settings;
    const pending = this.#coherence.begin(key);
    try {
      const entry = await store.get(this.name, key, { signal: options.signal });
      return this.#coherence.settle(pending, entry).value(codecs) as Value;
    } catch (error) {
      if (isConfigError(error, 'not_found')) this.#coherence.settle(pending, undefined);
      else this.#coherence.abandon(pending);
      throw error;
    } finally {
      this.#coherence.flush();
    }
  }

  /** Writes one key, and remembers what was written: an entry, or nothing after a delete. */
  async #write<Answer extends Entry | void>(
    key: string,
    options: CallOptions,
    write: () => Promise<Answer>,
  ): Promise<Answer> {
    await this.#begun(options);
    const pending = this.#coherence.begin(key);
    try {
      const answer = await write();
      this.#coherence.settle(pending, answer ?? undefined);
      return answer;
    } catch (error) {
      this.#coherence.abandon(pending);
      throw error;
    } finally {
      this.#coherence.flush();
    }
  }

  /** Settles when the app's watches have begun, or failed, so that none of them misses a write of ours. */
  async #begun({ signal }: CallOptions): Promise<void> {
    if (this.#beginning.size > 0) await untilAborted(Promise.all(this.#beginning), signal);
  }

  #result({ entries, firstRevision, lastRevision, dryRun }: BatchOutcome): BatchResult {
    const { settings } = this.#shared;
    const values = entries.map((entry) => (entry.deleted ? undefined : Value.fromEntry(entry, settings)));
    return { values, firstRevision, lastRevision, dryRun };
  }

  #storeThatCan<C extends Capability>(capability: C): Store & CapabilityOf<C> {
    const { store } = this.#shared.settings;
    if (!can(store, capability)) throw new ConfigError('unsupported', `the store lacks the capability ${capability}`);
    return store;
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
