import { type Logger, safeLogger } from '@cfg/core';
import { ServerError, Status } from 'nice-grpc-common';
import { RichServerError } from 'nice-grpc-error-details';
import { callEnded } from '../deadline.js';
import { writeErrorDetails } from '../error-details.js';
import { toServerError } from '../status.js';
import type { Stage } from './stage.js';

/**
 * Turns whatever a handler throws into a gRPC status, with the details in the trailer. What became `internal error` is
 * logged, for it is told to nobody else.
 */
export function recovery(logger?: Logger): Stage {
  const log = safeLogger(logger);
  return {
    enter: (call) => {
      call.recovered = true;
      return undefined;
    },
    fail: async (call, error) => {
      if (call.signal.aborted && !(error instanceof ServerError)) return callEnded();
      const told = toServerError(error);
      if (told.code === Status.INTERNAL) log.error({ err: error, method: call.method }, 'call failed');
      if (told instanceof RichServerError) await writeErrorDetails(call, told);
      return told;
    },
  };
}
