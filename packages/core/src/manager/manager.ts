import { type Aliasing, type Health, can } from '../contract/capabilities.js';
import { ConfigError } from '../contract/errors.js';
import { Lifecycle } from '../local-store/lifecycle.js';
import { checkNamespace } from '../contract/names.js';
import type { CallOptions, Store } from '../contract/store.js';
import { Namespace } from './namespace.js';
import { completeOptions, type ManagerOptions, type ManagerSettings } from './options.js';

/**
 * An app's way to its configuration: a store, a cache in front of it, and a watch that keeps the cache right.
 *
 * The first read of a namespace opens a watch of it, which stays open until the manager is closed. So use a manager for
 * the namespaces that an app has, not for any that a request names.
 */
export class Manager implements AsyncDisposable {
  readonly #settings: ManagerSettings;
  readonly #lifecycle = new Lifecycle('the manager');
  readonly #controller = new AbortController();
  readonly #namespaces = new Map<string, Namespace>();
  #closing: Promise<void> | undefined;

  /** Throws `invalid_argument` that names the option. */
  constructor(options: ManagerOptions) {
    this.#settings = completeOptions(options);
  }

  /** Connects the store. Fails as the store does, and may then be tried again. */
  async connect(options: CallOptions = {}): Promise<void> {
    if (this.#lifecycle.isOpen) return;
    const { store, aliases, logger } = this.#settings;
    const { signal } = this.#controller;
    if (signal.aborted) throw this.#lifecycle.fault;
    await store.connect(options);
    this.#lifecycle.open();
    await aliases.refresh(signal).catch((error: unknown) => {
      logger.debug({ err: error }, 'cannot list the aliases yet');
      aliases.follow(signal);
    });
  }

  /** Ends all watches and closes the store. Closing twice is fine. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * The configuration of a namespace; `''` is the default one. The same object each time. Throws `invalid_namespace`.
   */
  namespace(name: string): Namespace {
    let namespace = this.#namespaces.get(name);
    if (namespace === undefined) {
      checkNamespace(name);
      namespace = new Namespace(name, this.#settings, this.#lifecycle, this.#controller.signal);
      this.#namespaces.set(name, namespace);
    }
    return namespace;
  }

  /** Alias to key, as they are resolved now: the seed and the store's. */
  get aliases(): ReadonlyMap<string, string> {
    return this.#settings.aliases.all;
  }

  /** Makes an alias in the store. Fails with `alias_exists`, `alias_self`, `alias_chain`, `unsupported`. */
  async setAlias(alias: string, target: string, options?: CallOptions): Promise<void> {
    await this.#aliasing(options).setAlias(alias, target, options);
    await this.#settings.aliases.refresh(this.#controller.signal);
  }

  /** Fails with `not_found`, `unsupported`. */
  async deleteAlias(alias: string, options?: CallOptions): Promise<void> {
    await this.#aliasing(options).deleteAlias(alias, options);
    await this.#settings.aliases.refresh(this.#controller.signal);
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
    this.#lifecycle.close();
    this.#controller.abort(new ConfigError('closed', 'the manager is closed'));
    await Promise.all([...this.#namespaces.values()].map((namespace) => namespace.close()));
    this.#settings.cache.clear();
    await this.#settings.store.close();
  }

  #aliasing(options: CallOptions | undefined): Store & Aliasing {
    this.#lifecycle.check(options);
    const { store } = this.#settings;
    if (!can(store, 'aliases')) throw new ConfigError('unsupported', 'the store has no aliases');
    return store;
  }
}
