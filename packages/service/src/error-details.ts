import type { ServerMiddlewareCall } from 'nice-grpc-common';
import { errorDetailsServerMiddleware, type RichServerError } from 'nice-grpc-error-details';
import type { Call } from './call.js';

/**
 * Puts the error's details into the trailer `grpc-status-details-bin`. The library does that to an error that passes
 * through its middleware, so this one passes through it, rather than every call.
 */
export async function writeErrorDetails(call: Call, error: RichServerError): Promise<void> {
  const failing: ServerMiddlewareCall<undefined, undefined> = {
    method: { path: call.method, requestStream: false, responseStream: false, options: {} },
    requestStream: false,
    request: undefined,
    responseStream: false,
    next: throwing(error),
  };
  await errorDetailsServerMiddleware(failing, call.context)
    .next()
    .catch(() => undefined);
}

function throwing(error: unknown): () => AsyncGenerator<never, never, undefined> {
  return async function* () {
    yield* [];
    throw error;
  };
}
