import { can } from '../contract/capabilities.js';
import { isTransient } from '../contract/errors.js';
import { checkKey } from '../contract/names.js';
import type { Store } from '../contract/store.js';
import { checkAlias } from '../rules/alias-rules.js';
import { Backoff, type BackoffOptions } from '../util/backoff.js';
import type { Logger } from '../util/logger.js';

export interface AliasesOptions {
  readonly store: Store;
  /** Aliases that are there without the store's doing. */
  readonly seed: Readonly<Record<string, string>>;
  readonly logger: Logger;
  readonly backoff: BackoffOptions;
}

/**
 * The aliases as a manager resolves them: its own and the store's. Any sign of a change makes it list the store's
 * again, so that the order in which several watches tell of changes does not matter.
 */
export class Aliases {
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #backoff: BackoffOptions;
  readonly #seed = new Map<string, string>();
  #all: ReadonlyMap<string, string>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #following: Promise<void> | undefined;
  #stale = false;

  /** Throws `invalid_key`, `alias_self` or `alias_chain` for a seed that cannot be. */
  constructor({ store, seed, logger, backoff }: AliasesOptions) {
    this.#store = store;
    this.#logger = logger;
    this.#backoff = backoff;
    const targets = new Set<string>();
    for (const [alias, target] of Object.entries(seed)) {
      checkKey(alias);
      checkKey(target);
      const isTargetAlias = this.#seed.has(target);
      checkAlias(alias, target, { isAlias: false, isTarget: targets.has(alias), isKey: false, isTargetAlias });
      this.#seed.set(alias, target);
      targets.add(target);
    }
    this.#all = this.#seed;
  }

  /** Alias to key. */
  get all(): ReadonlyMap<string, string> {
    return this.#all;
  }

  /** The key that `key` stands for: itself, or its target if it is an alias. One hop. */
  resolve(key: string): string {
    return this.#all.size === 0 ? key : (this.#all.get(key) ?? key);
  }

  /** Settles once the table shows what the store has now; fails as the store does. */
  refresh(signal: AbortSignal): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#list(signal).finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    // The listing under way may have been answered before the change: one more, for all who ask meanwhile.
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.refresh(signal);
      });
    return this.#next;
  }

  /** Refreshes in the background, as often as it takes. */
  follow(signal: AbortSignal): void {
    this.#stale = true;
    this.#following ??= this.#follow(signal).finally(() => {
      this.#following = undefined;
    });
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(this.#backoff, this.#store.arrivals);
    while (this.#stale && !signal.aborted) {
      this.#stale = false;
      try {
        await this.refresh(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!isTransient(error)) {
          this.#logger.debug({ err: error }, 'the store does not tell its aliases');
          continue;
        }
        this.#stale = true;
        this.#logger.warn({ err: error }, 'cannot list the aliases; trying again');
        backoff.failed();
        await backoff.wait(signal).catch(() => {});
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const store = this.#store;
    if (!can(store, 'aliases')) return;
    const listed = await store.listAliases({ signal });
    this.#all = new Map([...this.#seed, ...listed.map(({ alias, target }) => [alias, target] as const)]);
  }
}
