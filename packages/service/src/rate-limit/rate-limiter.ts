import type { Maybe } from '@cfg/core/store';

/** Decides whether a client may make one more call now. */
export interface RateLimiter {
  /** Returns 0 if it may, else how long it should wait, in milliseconds. */
  take(client: string): Maybe<number>;
}

/** A limiter of the library rate-limiter-flexible: `RateLimiterRedis`, `RateLimiterPostgres`, and its other ones. */
export interface FlexibleLimiter {
  consume(key: string, points?: number): Promise<unknown>;
}

/**
 * A limit that many servers share, kept by a limiter of rate-limiter-flexible. What that throws because its database is
 * away is thrown on: see `RateLimitOptions.limiter`.
 *
 * @example
 * const limiter = sharedLimiter(new RateLimiterRedis({ storeClient: redis, points: 100, duration: 10 }));
 * const service = createConfigService(store, { guard, rateLimit: { limiter } });
 */
export function sharedLimiter(limiter: FlexibleLimiter): RateLimiter {
  return {
    async take(client) {
      try {
        await limiter.consume(client, 1);
        return 0;
      } catch (refusal) {
        // The library throws a result rather than an error when the points are used up.
        const waitMs = (refusal as { readonly msBeforeNext?: unknown } | undefined)?.msBeforeNext;
        if (refusal instanceof Error || typeof waitMs !== 'number') throw refusal;
        return Math.max(1, waitMs);
      }
    },
  };
}
