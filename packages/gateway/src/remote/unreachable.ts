import type { Logger } from '@cfg/core';
import { ClientError, type ClientMiddleware, type Metadata, Status } from 'nice-grpc-common';

/** Replaces connection errors of streams: see {@link neutralized}. */
export function hideConnectionErrors(logger: Logger): ClientMiddleware {
  return async function* (call, options) {
    let gotHeaders = false;
    const watchHeaders =
      (then: ((received: Metadata) => void) | undefined) =>
      (received: Metadata): void => {
        gotHeaders ||= !received[Symbol.iterator]().next().done;
        then?.(received);
      };
    try {
      return yield* call.next(call.request, {
        ...options,
        onHeader: watchHeaders(options.onHeader),
        onTrailer: watchHeaders(options.onTrailer),
      });
    } catch (error) {
      throw error instanceof ClientError ? neutralized(error, gotHeaders, logger) : error;
    }
  };
}

/**
 * The error; in place of a connection error a neutral one. The cause, which may contain addresses, goes to the log.
 *
 * @param gotHeaders whether the server has said anything
 */
export function neutralized(error: ClientError, gotHeaders: boolean, logger: Logger): ClientError {
  if (!isConnectionError(error, gotHeaders)) return error;
  logger.warn({ err: error, method: error.path }, 'the configuration server cannot be reached');
  return new ClientError(error.path, Status.UNAVAILABLE, 'the configuration server cannot be reached');
}

/** No server has said it: there is no connection, or the session of the call was lost. */
const isConnectionError = ({ code, details }: ClientError, gotHeaders: boolean): boolean =>
  (code === Status.UNAVAILABLE && !gotHeaders) ||
  (code === Status.INTERNAL && details.startsWith('Received RST_STREAM with code'));
