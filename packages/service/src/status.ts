import { ConfigError, type ErrorCode, isConfigError } from '@cfg/core';
import { errorDomain } from '@cfg/proto';
import { ServerError, Status } from 'nice-grpc-common';
import { type ErrorInfo, RichServerError } from 'nice-grpc-error-details';

/** The form of an error code on the wire. */
export interface WireStatus {
  readonly status: Status;
  /** The reason in the ErrorInfo detail; without one there is no detail. */
  readonly reason: string | undefined;
}

const wire = (status: Status, reason?: string): WireStatus => ({ status, reason });

/**
 * The table: each error code's gRPC status and reason. The reasons are wire protocol; clients read the mirror of it.
 */
export const wireStatuses: Readonly<Record<ErrorCode, WireStatus>> = {
  not_found: wire(Status.NOT_FOUND, 'NOT_FOUND'),
  key_exists: wire(Status.ALREADY_EXISTS, 'KEY_EXISTS'),
  invalid_key: wire(Status.INVALID_ARGUMENT, 'INVALID_KEY'),
  invalid_namespace: wire(Status.INVALID_ARGUMENT, 'INVALID_NAMESPACE'),
  invalid_value: wire(Status.INVALID_ARGUMENT, 'INVALID_VALUE'),
  type_mismatch: wire(Status.INVALID_ARGUMENT, 'TYPE_MISMATCH'),
  read_only: wire(Status.FAILED_PRECONDITION, 'READ_ONLY'),
  not_connected: wire(Status.UNAVAILABLE, 'STORE_NOT_CONNECTED'),
  closed: wire(Status.UNAVAILABLE, 'STORE_CLOSED'),
  watch_not_supported: wire(Status.UNIMPLEMENTED, 'WATCH_NOT_SUPPORTED'),
  version_not_found: wire(Status.NOT_FOUND, 'VERSION_NOT_FOUND'),
  versioning_not_supported: wire(Status.UNIMPLEMENTED, 'VERSIONING_NOT_SUPPORTED'),
  alias_exists: wire(Status.ALREADY_EXISTS, 'ALIAS_EXISTS'),
  alias_self: wire(Status.INVALID_ARGUMENT, 'ALIAS_SELF'),
  alias_chain: wire(Status.INVALID_ARGUMENT, 'ALIAS_CHAIN'),
  codec_not_found: wire(Status.INVALID_ARGUMENT, 'CODEC_NOT_FOUND'),
  invalid_cursor: wire(Status.INVALID_ARGUMENT, 'INVALID_CURSOR'),
  version_mismatch: wire(Status.ABORTED, 'VERSION_MISMATCH'),
  revision_compacted: wire(Status.OUT_OF_RANGE, 'REVISION_COMPACTED'),
  guard_timeout: wire(Status.UNAVAILABLE, 'GUARD_TIMEOUT'),
  invalid_argument: wire(Status.INVALID_ARGUMENT),
  unauthenticated: wire(Status.UNAUTHENTICATED),
  permission_denied: wire(Status.PERMISSION_DENIED),
  resource_exhausted: wire(Status.RESOURCE_EXHAUSTED),
  unsupported: wire(Status.UNIMPLEMENTED),
  unavailable: wire(Status.UNAVAILABLE),
  deadline_exceeded: wire(Status.DEADLINE_EXCEEDED),
  cancelled: wire(Status.CANCELLED),
  internal: wire(Status.INTERNAL),
};

/**
 * Returns the error as it goes to the wire. A `ServerError` has a status of its own and stays as it is; a `ConfigError`
 * goes by the table; anything else is INTERNAL `internal error`, because its message may hold what no caller should read.
 */
export function toServerError(error: unknown): ServerError {
  if (error instanceof ServerError) return error;
  const { status, reason } = isConfigError(error) ? (wireStatuses[error.code] ?? internal) : internal;
  if (status === Status.INTERNAL) return withoutTrace(() => new ServerError(Status.INTERNAL, 'internal error'));
  const { code, message, metadata } = error as ConfigError;
  // Metadata need a reason to travel with: a batch tells which operation it was, whatever the code.
  const told = reason ?? (Object.keys(metadata).length > 0 ? code.toUpperCase() : undefined);
  return withoutTrace(() =>
    told === undefined
      ? new ServerError(status, message)
      : new RichServerError(status, message, [errorInfo(told, metadata)]),
  );
}

/** Makes an error that only carries a status: a stack trace would cost ten times what the rest of a refused call does. */
export function withoutTrace<T extends Error>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const internal = wireStatuses.internal;

const errorInfo = (reason: string, metadata: Readonly<Record<string, string>>): ErrorInfo => ({
  $type: 'google.rpc.ErrorInfo',
  reason,
  domain: errorDomain,
  metadata: { ...metadata },
});

/** The error for a request that makes no sense. */
export const invalidArgument = (message: string): ConfigError => new ConfigError('invalid_argument', message);

/** The error for a call that this server, or its store, cannot serve. */
export const unsupported = (message: string): ConfigError => new ConfigError('unsupported', message);
