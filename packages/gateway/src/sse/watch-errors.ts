import { ClientError, Status } from 'nice-grpc-common';
import { ErrorInfo, RichClientError } from 'nice-grpc-error-details';

const told: ReadonlySet<Status> = new Set([
  Status.PERMISSION_DENIED,
  Status.UNAUTHENTICATED,
  Status.INVALID_ARGUMENT,
  Status.NOT_FOUND,
  Status.ALREADY_EXISTS,
  Status.FAILED_PRECONDITION,
  Status.UNIMPLEMENTED,
]);

/** The message of an error inside a stream of events: most causes are not for callers. */
export function streamErrorMessage(error: unknown): string {
  return error instanceof ClientError && told.has(error.code) ? error.details : 'internal error';
}

/**
 * The metadata, `oldest_revision` for one, of the error of a watch that cannot go on from where it should, because the
 * log no longer has it or is another one. `undefined`: it is another error.
 */
export function compactionOf(error: unknown): Readonly<Record<string, string>> | undefined {
  if (!(error instanceof ClientError) || error.code !== Status.OUT_OF_RANGE) return undefined;
  const details = error instanceof RichClientError ? error.extra : [];
  const info = details.find((detail): detail is ErrorInfo => detail.$type === ErrorInfo.$type);
  return info?.metadata ?? {};
}
