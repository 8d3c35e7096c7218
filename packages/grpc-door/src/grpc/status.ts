import { ServerError, Status } from 'nice-grpc-common';

export interface CallStatus {
  readonly code: Status;
  readonly message: string;
}

/**
 * The status that a caller gets for an error, as with nice-grpc: a `ServerError` carries its own, an `AbortError` is
 * CANCELLED; of any other the caller learns nothing, and the process is warned.
 */
export function statusOf(path: string, error: unknown): CallStatus {
  if (error instanceof ServerError) return { code: error.code, message: error.details };
  if (error instanceof Error && error.name === 'AbortError') {
    return { code: Status.CANCELLED, message: 'The operation was cancelled' };
  }
  const told = error instanceof Error ? error.stack : String(error);
  process.emitWarning(
    `${path}: Uncaught error in server implementation method. Server methods should only throw ServerError or AbortError. ${told}`,
  );
  return { code: Status.UNKNOWN, message: 'Unknown server error occurred' };
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
