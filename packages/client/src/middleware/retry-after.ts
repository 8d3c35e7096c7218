import { sleep } from '@cfg/core/store';
import { ClientError, type ClientMiddleware, type Metadata, Status } from 'nice-grpc-common';
import type { Settings } from '../options.js';

/**
 * Calls again when the server has said when (`retry-after`, in seconds), as a limit of calls does: nothing was done then.
 * Not where that is later than the longest wait between two tries.
 */
export const retryAfter = ({ retry }: Settings): ClientMiddleware =>
  async function* retryAfter(call, options) {
    if (call.responseStream) return yield* call.next(call.request, options);
    for (let tries = 0; ; tries += 1) {
      let seconds: string | undefined;
      const look = (metadata: Metadata): void => {
        seconds = metadata.get('retry-after') ?? seconds;
      };
      try {
        return yield* call.next(call.request, {
          ...options,
          onHeader: (header) => {
            look(header);
            options.onHeader?.(header);
          },
          onTrailer: (trailer) => {
            look(trailer);
            options.onTrailer?.(trailer);
          },
        });
      } catch (error) {
        const waitMs = seconds === undefined || !/^\d+(\.\d+)?$/.test(seconds) ? undefined : Number(seconds) * 1_000;
        const isLimit = error instanceof ClientError && error.code === Status.RESOURCE_EXHAUSTED;
        if (!isLimit || waitMs === undefined || waitMs > retry.maxBackoffMs || tries >= retry.maxRetries) throw error;
        // A little later, so that the callers who were refused together do not come back together.
        await sleep(waitMs * (1 + Math.random() / 4), options.signal);
      }
    }
  };
