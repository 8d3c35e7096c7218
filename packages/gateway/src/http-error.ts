import { Status } from 'nice-grpc-common';
import type { DetailObject } from './error-details.js';
import { httpStatusOf } from './http-status.js';

/** An error of the gateway itself. Its HTTP status is that of the code unless another is given. */
export class HttpError extends Error {
  readonly code: Status;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly details: readonly DetailObject[];

  constructor(
    code: Status,
    message: string,
    status: number = httpStatusOf(code),
    headers: Record<string, string> = {},
    details: readonly DetailObject[] = [],
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.headers = headers;
    this.details = details;
  }
}

export const badRequest = (message: string): HttpError => new HttpError(Status.INVALID_ARGUMENT, message);

export const notFound = (): HttpError => new HttpError(Status.NOT_FOUND, 'Not Found');

export const methodNotAllowed = (allow: string): HttpError =>
  new HttpError(Status.UNIMPLEMENTED, 'Method Not Allowed', 405, { allow });

/**
 * `WWW-Authenticate` of a 401: the error message, as in the original, if it is a valid header value; otherwise `Bearer`.
 */
export function challenge(message: string): Record<string, string> {
  return { 'www-authenticate': /^[!-~]([ -~]{0,254}[!-~])?$/.test(message) ? message : 'Bearer' };
}
