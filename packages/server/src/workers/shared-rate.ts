import { sharedLimiter } from '@cfg/service';
import type { RateStoreChoice } from '../rate-store-choice.js';

/** How long a worker waits to be told before it counts alone, in milliseconds. */
const timeoutMs = 10_000;

/** Begins to count what workers ask for, in the process that starts them. */
export async function countForWorkers(): Promise<void> {
  const { RateLimiterClusterMaster } = await import('rate-limiter-flexible');
  new RateLimiterClusterMaster();
}

/** Where workers count together: in the process that started them. Each call waits for a message there and back. */
export const rateOfWorkers: RateStoreChoice = {
  async open({ rate, burst }) {
    const { RateLimiterCluster } = await import('rate-limiter-flexible');
    const options = { keyPrefix: 'cfg_rate', points: burst, duration: burst / rate, timeoutMs };
    const limiter = sharedLimiter(new RateLimiterCluster(options));
    return {
      limiter: {
        async take(client) {
          // Without this, the library's message to a process that has gone would end this one.
          if (!process.connected) throw new Error('the process that started the workers has gone');
          return limiter.take(client);
        },
      },
      close() {},
    };
  },
};
