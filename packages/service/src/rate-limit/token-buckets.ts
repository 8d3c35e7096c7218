import { LRUCache } from 'lru-cache';
import type { RateLimiter } from './rate-limiter.js';

/** A bucket that nobody has used for so long, in milliseconds, counts as full. */
const idleMs = 300_000;

interface Bucket {
  tokens: number;
  filledMs: number;
}

/**
 * A token bucket for each client, in this process. Keeps at most `maxClients`: of more, those that were not heard of for
 * longest are forgotten, and begin again with a full bucket.
 *
 * @param rate calls per second
 * @param burst calls at once
 */
export class TokenBuckets implements RateLimiter {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #now: () => number;
  readonly #buckets: LRUCache<string, Bucket>;

  constructor(rate: number, burst: number, maxClients: number, now: () => number = () => performance.now()) {
    this.#perMs = rate / 1_000;
    this.#burst = burst;
    this.#now = now;
    this.#buckets = new LRUCache({ max: maxClients });
  }

  /** How many clients are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  take(client: string): number {
    const nowMs = this.#now();
    const bucket = this.#buckets.get(client);
    if (bucket === undefined || nowMs - bucket.filledMs > idleMs) {
      this.#buckets.set(client, { tokens: this.#burst - 1, filledMs: nowMs });
      return 0;
    }
    bucket.tokens = Math.min(this.#burst, bucket.tokens + (nowMs - bucket.filledMs) * this.#perMs);
    bucket.filledMs = nowMs;
    if (bucket.tokens < 1) return (1 - bucket.tokens) / this.#perMs;
    bucket.tokens -= 1;
    return 0;
  }

  /** Takes back a call of `client` that should not have counted. */
  putBack(client: string): void {
    const bucket = this.#buckets.get(client);
    if (bucket !== undefined) bucket.tokens = Math.min(this.#burst, bucket.tokens + 1);
  }
}
