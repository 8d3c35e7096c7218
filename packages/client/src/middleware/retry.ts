import { transience } from '@cfg/core';
import type { DeadlineOptions } from 'nice-grpc-client-middleware-deadline';
import type { RetryOptions } from 'nice-grpc-client-middleware-retry';
import { ClientError, type ClientMiddleware, Status } from 'nice-grpc-common';
import type { Settings } from '../options.js';
import { toConfigError } from '../status.js';

/** The retries and deadlines of a call, from its options, the settings, and whether a repeat does no harm. */
export function retryOptions({ retry, callTimeoutMs }: Settings, repeatable: boolean): RetryOptions & DeadlineOptions {
  return {
    retry: repeatable,
    retryMaxAttempts: retry.maxRetries,
    retryBaseDelayMs: retry.initialBackoffMs,
    retryMaxDelayMs: retry.maxBackoffMs,
    retryableStatuses: everyStatus,
    deadline: callTimeoutMs,
  };
}

/** The library goes by status alone; {@link onlyUnanswered} goes by the error, and leaves it only what may be repeated. */
const everyStatus = Object.values(Status).filter((status): status is Status => typeof status === 'number');

/** Makes a ConfigError, which is not tried again, of each failure but those of calls that were not answered. */
export const onlyUnanswered: ClientMiddleware = async function* onlyUnanswered(call, options) {
  try {
    return yield* call.next(call.request, options);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const fault = toConfigError(error);
    throw transience[fault.code] === 'unanswered' ? error : fault;
  }
};
