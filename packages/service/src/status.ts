import { ConfigError, type ErrorCode, isConfigError } from '@cfg/core';
import { errorDomain } from '@cfg/proto';
import { ServerError, Status } from 'nice-grpc-common';
import type { ErrorInfo } from 'nice-grpc-error-details';
import { type CallStatus, callStatus, serverError } from './status-error.js';

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
  not_owner: wire(Status.FAILED_PRECONDITION, 'NOT_OWNER'),
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
 * Returns the status by which the error goes to the wire. That of a `ServerError` is its own; that of a `ConfigError` is
 * in the table; anything else is INTERNAL `internal error`, because its message may hold what no caller should read.
 */
export function statusOf(error: unknown): CallStatus {
  if (error instanceof ServerError) return callStatus(error);
  const { status, reason } = isConfigError(error) ? (wireStatuses[error.code] ?? internal) : internal;
  if (status === Status.INTERNAL) return { code: status, details: 'internal error', extra: [] };
  const { code, message, metadata } = error as ConfigError;
  // Metadata need a reason to travel with: a batch tells which operation it was, whatever the code.
  const told = reason ?? (Object.keys(metadata).length > 0 ? code.toUpperCase() : undefined);
  return { code: status, details: message, extra: told === undefined ? [] : [errorInfo(told, metadata)] };
}

/** The error as nice-grpc wants it, by {@link statusOf}. */
export function toServerError(error: unknown): ServerError {
  return error instanceof ServerError ? error : serverError(statusOf(error));
}

const internal = wireStatuses.internal;

const errorInfo = (reason: string, metadata: Readonly<Record<string, string>>): ErrorInfo => ({
  $type: 'google.rpc.ErrorInfo',
  reason,
  domain: errorDomain,
  metadata,
});

/** The error for a request that makes no sense. */
export const invalidArgument = (message: string): ConfigError => new ConfigError('invalid_argument', message);

/** The error for a call that this server, or its store, cannot serve. */
export const unsupported = (message: string): ConfigError => new ConfigError('unsupported', message);
