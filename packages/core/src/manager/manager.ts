import { type Aliasing, can, type Health } from '../contract/capabilities.js';
import { ConfigError, isTransient } from '../contract/errors.js';
import { checkNamespace } from '../contract/names.js';
import type { CallOptions, Store } from '../contract/store.js';
import { Lifecycle } from '../local-store/lifecycle.js';
import { References } from '../references/references.js';
import { Backoff } from '../util/backoff.js';
import type { PullStream } from '../util/pull-stream.js';
import { settledWithin } from '../util/wait.js';
import { maxInt32 } from '../util/whole-number.js';
import { KnownPosition } from '../watching/position.js';
import { Aliases } from './aliases.js';
import type { Cache } from './cache.js';
import { Layers } from './layers.js';
import { Namespace } from './namespace.js';
import { completeOptions, type ManagerOptions, type ManagerSettings } from './options.js';
import type { Shared } from './shared.js';
import { type NamespaceStatus, StatusBoard } from './status.js';
import { Watches } from './watches.js';

export interface ConnectOptions extends CallOptions {
  /**
   * Go on without the store if it cannot be reached now: reads return what the cache has kept, marked stale, and fail
   * otherwise, until the store is there. Default false: fail.
   */
  readonly offline?: boolean | undefined;
  /**
   * With `offline`: how long to wait for the store, in milliseconds; it is then connected in the background. Default: until
   * it fails by itself.
   */
  readonly waitMs?: number | undefined;
}

/** The caches that managers use now. */
const inUse = new WeakSet<Cache>();

/**
 * An app's way to its configuration: a store, a cache in front of it, and a watch that keeps the cache right.
 *
 * From its first read on a namespace is watched, until the manager is closed. So use a manager for the namespaces that an
 * app has, not for any that a request names. Over a store with revisions up to 100 namespaces share one stream.
 *
 * @example
 * await using manager = new Manager({ store: new MemoryStore() });
 * await manager.connect();
 * const config = manager.namespace('production');
 * await config.set('app/timeout', 30);
 * console.log((await config.get('app/timeout')).number());
 */
export class Manager implements AsyncDisposable {
  /** Resolves when the manager is closed: with the error that ended it, or with `undefined` after `close()`. */
  readonly closed: Promise<ConfigError | undefined>;
  readonly #settings: ManagerSettings;
  readonly #shared: Shared;
  readonly #lifecycle = new Lifecycle('the manager');
  readonly #controller = new AbortController();
  readonly #namespaces = new Map<string, Namespace>();
  #closing: Promise<void> | undefined;
  #isClosed: (why: ConfigError | undefined) => void = () => {};
  #why: ConfigError | undefined;

  /** Throws `invalid_argument` that names the option; also for a cache that another manager uses. */
  constructor(options: ManagerOptions) {
    const settings = completeOptions(options);
    const { store, cache, logger, backoff } = settings;
    const { signal } = this.#controller;
    this.#settings = settings;
    this.#shared = {
      settings,
      signal,
      lifecycle: this.#lifecycle,
      aliases: new Aliases({ store, seed: settings.aliases, logger, backoff }),
      statuses: new StatusBoard(),
      references: settings.references ? new References((name) => this.#namespace(name)) : undefined,
      watches: new Watches({ store, backoff, logger, signal }),
      position: new KnownPosition(),
      onStoreClosed: (error) => {
        this.#why ??= error;
        void this.close();
      },
    };
    this.closed = new Promise((resolve) => {
      this.#isClosed = resolve;
    });
    if (inUse.has(cache)) throw new ConfigError('invalid_argument', 'option cache is in use by another manager');
    inUse.add(cache);
    cache.askBeforeForgetting?.((namespace, key) => this.#namespaces.get(namespace)?.wasRead(key) ?? false);
  }

  /** Connects the store. Fails as the store does, and may then be tried again. Connecting twice is fine. */
  async connect(options: ConnectOptions = {}): Promise<void> {
    if (this.#lifecycle.isOpen) return;
    const { store, cache, logger } = this.#settings;
    const { signal } = this.#controller;
    if (signal.aborted) throw this.#lifecycle.fault;
    await cache.open?.();
    const endMs = performance.now() + (options.offline ? (options.waitMs ?? maxInt32) : maxInt32);
    const leftMs = (): number => Math.max(Math.min(endMs - performance.now(), maxInt32), 0);
    const connecting = store.connect({ signal: options.signal });
    try {
      if (!options.offline || (await settledWithin(connecting, leftMs(), options.signal))) await connecting;
      else connecting.catch(() => this.#keepConnecting());
      options.signal?.throwIfAborted();
    } catch (error) {
      if (!options.offline || options.signal?.aborted || signal.aborted || !isTransient(error)) throw error;
      logger.warn({ err: error }, 'the store cannot be reached; going on without it');
      void this.#keepConnecting();
    }
    this.#lifecycle.open();
    const { aliases } = this.#shared;
    const listing = aliases.refresh(signal).catch((error: unknown) => {
      logger.debug({ err: error }, 'cannot list the aliases yet');
      aliases.follow(signal);
    });
    await settledWithin(listing, leftMs());
  }

  /** Ends all watches and closes the store and the cache. Closing twice is fine. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * How each namespace is served, and then each change of that, until the manager is closed. A slow reader is told the
   * newest of each namespace.
   *
   * @example
   * for await (const { namespace, type, error } of manager.status()) logger.info({ namespace, err: error }, type);
   */
  status(): PullStream<NamespaceStatus> {
    return this.#shared.statuses.follow();
  }

  /**
   * The configuration of a namespace; `''` is the default one. The same object each time. Of several, it is that of the
   * first that has a key. Throws `invalid_namespace`.
   */
  namespace(name: string): Namespace;
  namespace(names: readonly string[]): Layers;
  namespace(name: string | readonly string[]): Namespace | Layers {
    if (typeof name !== 'string')
      return new Layers(
        name.map((each) => this.#namespace(each)),
        this.#shared,
      );
    return this.#namespace(name);
  }

  #namespace(name: string): Namespace {
    let namespace = this.#namespaces.get(name);
    if (namespace === undefined) {
      checkNamespace(name);
      namespace = new Namespace(name, this.#shared);
      this.#namespaces.set(name, namespace);
    }
    return namespace;
  }

  /** Alias to key, as they are resolved now: the seed and the store's. */
  get aliases(): ReadonlyMap<string, string> {
    return this.#shared.aliases.all;
  }

  /** Makes an alias in the store. Fails with `alias_exists`, `alias_self`, `alias_chain`, `unsupported`. */
  async setAlias(alias: string, target: string, options?: CallOptions): Promise<void> {
    await this.#aliasing(options).setAlias(alias, target, options);
    await this.#shared.aliases.refresh(this.#controller.signal);
  }

  /** Fails with `not_found`, `unsupported`. */
  async deleteAlias(alias: string, options?: CallOptions): Promise<void> {
    await this.#aliasing(options).deleteAlias(alias, options);
    await this.#shared.aliases.refresh(this.#controller.signal);
  }

  /** Whether the manager is open, its watches hold, and the store says that it works. Never fails. */
  async health(options?: CallOptions): Promise<Health> {
    const fault = this.#lifecycle.fault;
    if (fault !== undefined) return { ok: false, message: fault.message };
    const { store, unhealthyAfter } = this.#settings;
    for (const { name, watchFailures } of this.#namespaces.values()) {
      if (watchFailures < unhealthyAfter) continue;
      return {
        ok: false,
        message: `the watch of namespace ${JSON.stringify(name)} failed ${watchFailures} times in a row`,
      };
    }
    if (!can(store, 'health')) return { ok: true };
    try {
      return await store.health(options);
    } catch (error) {
      return { ok: false, message: error instanceof Error ? error.message : 'the store cannot tell its health' };
    }
  }

  async #close(): Promise<void> {
    const { store, cache } = this.#settings;
    this.#lifecycle.close();
    this.#controller.abort(new ConfigError('closed', 'the manager is closed'));
    await this.#shared.watches.closed();
    this.#shared.statuses.close();
    try {
      if (cache.close === undefined) cache.clear();
      else await cache.close();
      await store.close();
    } finally {
      inUse.delete(cache);
      this.#isClosed(this.#why);
    }
  }

  async #keepConnecting(): Promise<void> {
    const { store, logger, backoff: options } = this.#settings;
    const { signal } = this.#controller;
    const backoff = new Backoff(options);
    while (!signal.aborted) {
      backoff.failed();
      try {
        await backoff.wait(signal);
        return await store.connect({ signal });
      } catch (error) {
        if (!signal.aborted)
          logger.debug({ err: error, failures: backoff.failures }, 'the store cannot be reached yet');
      }
    }
  }

  #aliasing(options: CallOptions | undefined): Store & Aliasing {
    this.#lifecycle.check(options);
    const { store } = this.#settings;
    if (!can(store, 'aliases')) throw new ConfigError('unsupported', 'the store has no aliases');
    return store;
  }
}
