import { ConfigError } from '@cfg/core';
import { ClientError, Status } from 'nice-grpc-common';
import { ErrorInfo, RichClientError } from 'nice-grpc-error-details';
import { type DetailObject, detailObjects } from './error-details.js';
import { httpStatusOf } from './http-status.js';

/** What the caller of the gateway is told: the HTTP status, and the error object of the wire contract. */
export interface ErrorReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly code: number; readonly message: string; readonly details: readonly DetailObject[] };
  /** The fault is not the caller's, and its cause is not told: it belongs into the log. */
  readonly internal: boolean;
}

/** An error that the gateway itself answers with, where the status is not that of the code. */
export class HttpError extends Error {
  readonly code: Status;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: Status,
    message: string,
    status: number = httpStatusOf(code),
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

export const badRequest = (message: string): HttpError => new HttpError(Status.INVALID_ARGUMENT, message);

export const notFound = (): HttpError => new HttpError(Status.NOT_FOUND, 'Not Found');

export const methodNotAllowed = (allow: string): HttpError =>
  new HttpError(Status.UNIMPLEMENTED, 'Method Not Allowed', 405, { allow });

export const unauthenticated = (message: string): HttpError =>
  new HttpError(Status.UNAUTHENTICATED, message, 401, challenge(message));

export function errorReply(error: unknown): ErrorReply {
  if (error instanceof HttpError) {
    return reply(error.status, error.code, error.message, [], error.headers);
  }
  if (error instanceof ClientError) {
    const details = error instanceof RichClientError ? detailObjects(error.extra) : [];
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

/** A 401 says how to do better: by the message, as the original has it, where that can stand in a header. */
function challenge(message: string): Record<string, string> {
  return { 'www-authenticate': /^[!-~]([ -~]{0,254}[!-~])?$/.test(message) ? message : 'Bearer' };
}

const told: ReadonlySet<Status> = new Set([
  Status.PERMISSION_DENIED,
  Status.UNAUTHENTICATED,
  Status.INVALID_ARGUMENT,
  Status.NOT_FOUND,
  Status.ALREADY_EXISTS,
  Status.FAILED_PRECONDITION,
  Status.UNIMPLEMENTED,
]);

/** What may be said of an error inside a stream of events. */
export function streamErrorMessage(error: unknown): string {
  return error instanceof ClientError && told.has(error.code) ? error.details : 'internal error';
}

/**
 * If a watch cannot go on from where it should, because the log no longer has it or is another one: what the service
 * says about it, `oldest_revision` for one.
 */
export function compactionOf(error: unknown): Readonly<Record<string, string>> | undefined {
  if (!(error instanceof ClientError) || error.code !== Status.OUT_OF_RANGE) return undefined;
  const details = error instanceof RichClientError ? error.extra : [];
  const info = details.find((detail): detail is ErrorInfo => detail.$type === ErrorInfo.$type);
  return info?.metadata ?? {};
}

/** An option that is not what it should be. */
export const badOption = (message: string): ConfigError => new ConfigError('invalid_argument', message);
