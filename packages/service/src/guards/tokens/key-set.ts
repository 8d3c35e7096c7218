import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '@cfg/core';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

type LocalKeys = ReturnType<typeof createLocalJWKSet>;

export interface KeySetOptions {
  /** Fetches the set. */
  readonly fetch: () => Promise<JSONWebKeySet>;
  /** From when on the keys are fetched afresh, beside the work. */
  readonly cacheMs: number;
  /** How much longer they are used while that fails. */
  readonly staleMs: number;
  /** The least time between two fetches. */
  readonly cooldownMs: number;
  /** Told of each fetch that failed. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds, ever growing. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
  /** Default: a timer. */
  readonly sleep?: ((ms: number) => Promise<unknown>) | undefined;
}

/**
 * Keys that are fetched, and fetched again when a token names one that is not among them: the keys may have been changed.
 * Fetches are `cooldownMs` apart at least, whatever tokens come. A token with an unknown key waits until then, together
 * with all others, rather than being refused for having come too early.
 */
export class KeySet {
  readonly #options: KeySetOptions;
  readonly #now: () => number;
  #keys: LocalKeys | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<LocalKeys> | undefined;

  constructor(options: KeySetOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** The key of a token. Rejects with jose's errors, and with `unavailable` where keys cannot be had. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const { cacheMs, staleMs } = this.#options;
    const cameAt = this.#now();
    const age = cameAt - this.#fetchedAt;
    let keys = this.#keys;
    if (keys === undefined || age > cacheMs + staleMs) keys = await this.#fetched();
    else if (age > cacheMs && cameAt - this.#triedAt >= this.#options.cooldownMs) this.#fetched().catch(() => {});
    // Until it is among keys that were asked for after the token came.
    for (;;) {
      const isFresh = this.#triedAt >= cameAt;
      try {
        return await keys(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || isFresh) throw error;
        keys = await this.#fetched();
      }
    }
  };

  /** The keys of the next fetch: of the one under way, or else of one as soon as the cool-down has passed. */
  async #fetched(): Promise<LocalKeys> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<LocalKeys> {
    const { cooldownMs, fetch, onError } = this.#options;
    const waitMs = this.#triedAt + cooldownMs - this.#now();
    if (waitMs > 0) await (this.#options.sleep ?? pause)(waitMs);
    this.#triedAt = this.#now();
    try {
      const keys = createLocalJWKSet(await fetch());
      this.#keys = keys;
      this.#fetchedAt = this.#now();
      return keys;
    } catch (cause) {
      onError(cause);
      throw new ConfigError('unavailable', 'the keys that tokens are verified by cannot be fetched', { cause });
    }
  }
}

const pause = (ms: number): Promise<void> => sleep(ms, undefined, { ref: false });
