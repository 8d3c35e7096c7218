import { ClientError, ServerError, Status } from 'nice-grpc-common';
import { RichClientError, RichServerError } from 'nice-grpc-error-details';
import { type DetailObject, detailObjects } from './error-details.js';
import { challenge, HttpError } from './http-error.js';
import { httpStatusOf } from './http-status.js';

/** An error as the caller of the gateway gets it: the HTTP status, and the error object of the wire contract. */
export interface ErrorReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly code: number; readonly message: string; readonly details: readonly DetailObject[] };
  /** The fault is not the caller's, and its cause is not told: it belongs into the log. */
  readonly internal: boolean;
}

/** Turns any error into what the caller gets. What has no status is an internal error. */
export function errorReply(error: unknown): ErrorReply {
  if (error instanceof HttpError) {
    return reply(error.status, error.code, error.message, error.details, error.headers);
  }
  if (error instanceof ClientError || error instanceof ServerError) {
    const isRich = error instanceof RichClientError || error instanceof RichServerError;
    const details = isRich ? detailObjects(error.extra) : [];
    const headers = error.code === Status.UNAUTHENTICATED ? challenge(error.details) : {};
    return reply(httpStatusOf(error.code), error.code, error.details, details, headers);
  }
  return { ...reply(500, Status.INTERNAL, 'internal error', []), internal: true };
}

function reply(
  status: number,
  code: Status,
  message: string,
  details: readonly DetailObject[],
  headers: Readonly<Record<string, string>> = {},
): ErrorReply {
  return { status, headers, body: { code, message, details }, internal: false };
}
