/**
 * The codes of all errors, a closed set. Each code has one gRPC status and, where the wire protocol knows one, one
 * `ErrorInfo` reason; `@cfg/service` holds that table and `@cfg/client` its mirror.
 */
export const errorCodes = [
  /** There is no such key, or no such alias. */
  'not_found',
  /** A create of a key that exists. */
  'key_exists',
  'invalid_key',
  'invalid_namespace',
  /** Data that its codec cannot keep exactly, or bytes that it cannot read. */
  'invalid_value',
  /** A typed getter of a value of another type. */
  'type_mismatch',
  /** The store takes no writes. */
  'read_only',
  /** A call before `connect()`. */
  'not_connected',
  /** A call after `close()`, or under way then. */
  'closed',
  'watch_not_supported',
  /** The key has no such version, or not any more. */
  'version_not_found',
  'versioning_not_supported',
  /** An alias or a key of that name exists. */
  'alias_exists',
  /** An alias for itself. */
  'alias_self',
  /** An alias for an alias. */
  'alias_chain',
  /** No codec of that name, or not a name of one. */
  'codec_not_found',
  /** A cursor of another query, or none at all. */
  'invalid_cursor',
  /** A compare-and-set that found another version; metadata `current_version` (0: no such key). */
  'version_mismatch',
  /** A resume from a revision that the log no longer has, has not reached, or that is another log's. */
  'revision_compacted',
  /** This node of a cluster does not hold the namespace; metadata `owner`, who is thought to. Nothing was done. */
  'not_owner',
  /** The guard did not decide in time. */
  'guard_timeout',
  // Without a reason of their own on the wire:
  /** An option or a request that cannot be meant. */
  'invalid_argument',
  /** No credentials, or bad ones. */
  'unauthenticated',
  /** The guard has refused. */
  'permission_denied',
  /** A limit: of size, number or rate. */
  'resource_exhausted',
  /** The store or the server lacks the capability that the call asks for. Nothing was done. */
  'unsupported',
  /** The store or the server could not be reached; of a write it is not known whether it was done. */
  'unavailable',
  /** No answer in time; of a write it is not known whether it was done. */
  'deadline_exceeded',
  /** The server or something on the way has ended the call. */
  'cancelled',
  /** A failure within the store or the server. Its cause is in the server's log. */
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * Whether a failure may pass by itself:
 *
 * - `unanswered`: the store could not be asked, or its answer did not come. Ask again, if a repeat does no harm.
 * - `busy`: the store was asked and could not do it now. Ask again, but not at once.
 * - `final`: the same question gets the same answer.
 *
 * The only list of its kind: retries, reopened watches, and reads that may fall back on a remembered value go by it.
 */
export const transience: Readonly<Record<ErrorCode, 'unanswered' | 'busy' | 'final'>> = {
  not_found: 'final',
  key_exists: 'final',
  invalid_key: 'final',
  invalid_namespace: 'final',
  invalid_value: 'final',
  type_mismatch: 'final',
  read_only: 'final',
  not_connected: 'unanswered',
  closed: 'final',
  watch_not_supported: 'final',
  version_not_found: 'final',
  versioning_not_supported: 'final',
  alias_exists: 'final',
  alias_self: 'final',
  alias_chain: 'final',
  codec_not_found: 'final',
  invalid_cursor: 'final',
  version_mismatch: 'final',
  revision_compacted: 'final',
  not_owner: 'final',
  guard_timeout: 'unanswered',
  invalid_argument: 'final',
  unauthenticated: 'final',
  permission_denied: 'final',
  resource_exhausted: 'busy',
  unsupported: 'final',
  unavailable: 'unanswered',
  deadline_exceeded: 'unanswered',
  cancelled: 'unanswered',
  internal: 'busy',
};

export interface ConfigErrorOptions {
  cause?: unknown;
  /** Machine-readable detail, sent along on the wire: `current_version`, `oldest_revision`. */
  metadata?: Readonly<Record<string, string>>;
}

/** The everyday answers of a working store. Their errors have no stack trace. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'not_found',
  'key_exists',
  'version_not_found',
  'version_mismatch',
  'revision_compacted',
  'alias_exists',
  'permission_denied',
  'unauthenticated',
  'resource_exhausted',
]);

/** The one error class of the project. Tell cases apart by `code`, never by the message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ErrorCode;
  readonly metadata: Readonly<Record<string, string>>;
  /** Tells a ConfigError of another copy of this package. */
  readonly cfgConfigError = true;

  constructor(code: ErrorCode, message: string, options: ConfigErrorOptions = {}) {
    // A stack trace costs ten times what the rest of a refused call does, and shows only the inside of a store.
    const { stackTraceLimit } = Error;
    if (refusals.has(code)) Error.stackTraceLimit = 0;
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.metadata = options.metadata ?? {};
  }
}

/**
 * Whether `error` is a {@link ConfigError}, of this copy of the package or another, and of one of `codes` if given.
 *
 * @example
 * if (isConfigError(error, 'version_mismatch')) retry(error.metadata.current_version);
 */
export function isConfigError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  ...codes: Code[]
): error is ConfigError & { readonly code: Code } {
  if (typeof error !== 'object' || error === null || !('cfgConfigError' in error)) return false;
  return codes.length === 0 || (codes as ErrorCode[]).includes((error as ConfigError).code);
}

/** Whether the failure may pass by itself, as {@link transience} says. An error that is no ConfigError may. */
export function isTransient(error: unknown): boolean {
  return !isConfigError(error) || (transience[error.code] ?? 'final') !== 'final';
}

export const keyNotFound = (namespace: string, key: string): ConfigError =>
  new ConfigError('not_found', `key not found: ${namespace}/${key}`);

export const keyExists = (namespace: string, key: string): ConfigError =>
  new ConfigError('key_exists', `key already exists: ${namespace}/${key}`);

export const versionNotFound = (namespace: string, key: string, version: number): ConfigError =>
  new ConfigError('version_not_found', `version not found: ${namespace}/${key} version ${version}`);

export const versionMismatch = (namespace: string, key: string, expected: number, current: number): ConfigError =>
  new ConfigError('version_mismatch', `${namespace}/${key} is at version ${current}, not ${expected}`, {
    metadata: { current_version: String(current) },
  });

export const aliasNotFound = (alias: string): ConfigError => new ConfigError('not_found', `alias not found: ${alias}`);

export const revisionCompacted = (message: string, oldestRevision: number): ConfigError =>
  new ConfigError('revision_compacted', message, {
    metadata: { oldest_revision: String(oldestRevision) },
  });
