import { ConfigError, type Logger, safeLogger } from '@cfg/core';
import { maxInt32, wholeNumber } from '@cfg/core/store';
import { HealthDefinition } from 'nice-grpc-server-health';
import type { CallView } from '../call.js';
import { isPromise } from '../maybe.js';
import type { Stage } from '../middleware/stage.js';
import { type ClientOptions, clientNames } from './client-name.js';
import type { RateLimiter } from './rate-limiter.js';
import { TokenBuckets } from './token-buckets.js';

/** With a `client` of `host` calls are counted before their callers are authenticated, else after. */
export interface RateLimitOptions extends ClientOptions {
  /** Calls per second and client; a stream counts as one call. Default 10; more than 0. */
  readonly rate?: number | undefined;
  /** Calls that a client may make at once. Default 20; at least 1. */
  readonly burst?: number | undefined;
  /** Most clients that are remembered; of more, the longest unheard are forgotten. Default 100,000 (some 30 MB). */
  readonly maxClients?: number | undefined;
  /**
   * Counts in place of the buckets of this process: see `sharedLimiter`. While it fails, which is logged, the buckets of
   * this process count.
   */
  readonly limiter?: RateLimiter | undefined;
  /** Told, at most once a second, that {@link limiter} fails. Default: silent. */
  readonly logger?: Logger | undefined;
}

const health = `/${HealthDefinition.fullName}/`;
const complaintEveryMs = 1_000;

/**
 * Refuses the calls of clients that make too many: RESOURCE_EXHAUSTED with `retry-after` in whole seconds, in header and
 * trailer; over HTTP 429 with the header. Health checks are not counted. Throws `invalid_argument`, naming the option.
 *
 * @example
 * createConfigService(store, { guard, rateLimit: { rate: 50, burst: 100 } });
 * createConfigService(store, { guard, stages: { authenticated: [rateLimit({ client: ({ identity }) => identity.userId })] } });
 */
export function rateLimit(options: RateLimitOptions = {}): Stage {
  const { rate = 10, burst = 20, limiter, maxClients = 100_000 } = options;
  if (!(rate > 0 && rate <= maxInt32))
    throw new ConfigError('invalid_argument', `rate must be more than 0, not ${rate}`);
  wholeNumber('burst', burst, 1, maxInt32);
  wholeNumber('maxClients', maxClients, 1, 16_000_000);
  const logger = safeLogger(options.logger);
  const buckets = new TokenBuckets(rate, burst, maxClients);
  const clientOf = clientNames(options);
  let complainedMs = Number.NEGATIVE_INFINITY;

  const fallBack = (name: string, error: unknown): number => {
    if (performance.now() - complainedMs >= complaintEveryMs) {
      complainedMs = performance.now();
      logger.error({ err: error }, 'the shared rate limiter failed; this server counts alone');
    }
    return buckets.take(name);
  };

  return {
    enter(call) {
      if (call.method.startsWith(health)) return undefined;
      const name = clientOf(call);
      if (limiter === undefined) return refuse(call, buckets.take(name));
      try {
        const waitMs = limiter.take(name);
        if (!isPromise(waitMs)) return refuse(call, waitMs);
        return waitMs.catch((error: unknown) => fallBack(name, error)).then((ms) => refuse(call, ms));
      } catch (error) {
        return refuse(call, fallBack(name, error));
      }
    },
  };
}

function refuse({ header, trailer }: CallView, waitMs: number): undefined {
  if (waitMs <= 0) return;
  const seconds = String(Math.max(1, Math.ceil(waitMs / 1_000)));
  header.set('retry-after', seconds);
  trailer.set('retry-after', seconds);
  throw new ConfigError('resource_exhausted', 'too many calls; try again later');
}
