import { ClientError, ServerError, type Status } from 'nice-grpc-common';
import { type ErrorDetails, RichClientError, RichServerError } from 'nice-grpc-error-details';

/*
 * Errors of nice-grpc that only carry a status. Their own constructors capture a stack trace and change prototypes, which
 * costs more than all the rest of a refused call; a built-in Error of their prototype is the same to everyone else.
 */

/** A `ServerError`; with details, a `RichServerError`. */
export function serverError(code: Status, details: string, extra?: ErrorDetails[]): ServerError {
  return extra === undefined
    ? make(ServerError, 'ServerError', code, details, {})
    : make(RichServerError, 'RichServerError', code, details, { extra });
}
