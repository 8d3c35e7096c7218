import { ConfigError, type Logger } from '@cfg/core';
import { type RateLimiter, sharedLimiter } from '@cfg/service';
import type { RateLimiterPostgres as PostgresLimiter } from 'rate-limiter-flexible';
import { reasonOf } from './reason.js';
import { chooseDatabase } from './sql-database.js';

/** The rates that each client may reach. */
export interface SharedRate {
  /** Calls per second, on the average. */
  readonly rate: number;
  /** Calls at once; they come back together, `burst / rate` seconds after the first. */
  readonly burst: number;
}

/** A place where servers count together, not yet opened. */
export interface RateStoreChoice {
  /** Rejects with `unavailable` where a database cannot be had. A Redis that is away may come later. */
  open(rate: SharedRate, logger: Logger): Promise<OpenRateStore>;
}

export interface OpenRateStore {
  readonly limiter: RateLimiter;
  close(): void | Promise<void>;
}

/** The names of what is stored begin so. */
const keyPrefix = 'cfg_rate';

/**
 * The place that `choice` names: `redis://…` or `postgres://…`. Throws `invalid_argument`.
 *
 * @param name what the user calls the option; errors name it so
 */
export function chooseRateStore(choice: string, name: string): RateStoreChoice {
  if (/^rediss?:\/\//.test(choice) && URL.canParse(choice)) return { open: (...args) => openRedis(choice, ...args) };
  if (!/^postgres(ql)?:\/\//.test(choice) || !URL.canParse(choice)) {
    // It may hold a password: it is not repeated.
    throw new ConfigError(
      'invalid_argument',
      `${name} must be redis://host:6379 or postgres://user:password@host/database`,
    );
  }
  const open = chooseDatabase(choice, name);
  return {
    async open({ rate, burst }, logger) {
      const { RateLimiterPostgres } = await import('rate-limiter-flexible');
      const { connection, close } = await open(logger);
      const options = {
        storeClient: connection,
        tableName: keyPrefix,
        keyPrefix,
        points: burst,
        duration: burst / rate,
      };
      try {
        const limiter = await new Promise<PostgresLimiter>((resolve, reject) => {
          const made = new RateLimiterPostgres(options, (error) => (error ? reject(error) : resolve(made)));
        });
        return { limiter: sharedLimiter(limiter), close };
      } catch (cause) {
        await close();
        throw new ConfigError('unavailable', `${name}: ${reasonOf(cause)}`, { cause });
      }
    },
  };
}

async function openRedis(url: string, { rate, burst }: SharedRate, logger: Logger): Promise<OpenRateStore> {
  const [{ Redis }, { RateLimiterRedis }] = await Promise.all([import('ioredis'), import('rate-limiter-flexible')]);
  // A call does not wait for a Redis that is away.
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  redis.on('error', (err) => logger.warn({ err }, 'the store of rates is away'));
  const options = { storeClient: redis, rejectIfRedisNotReady: true, keyPrefix, points: burst, duration: burst / rate };
  return { limiter: sharedLimiter(new RateLimiterRedis(options)), close: () => redis.disconnect() };
}
