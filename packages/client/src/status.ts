import { ConfigError, type ErrorCode, isConfigError } from '@cfg/core';
import { errorDomain } from '@cfg/proto';
import { ClientError, Status } from 'nice-grpc-common';
import { ErrorInfo, RichClientError } from 'nice-grpc-error-details';

/*
 * The codes of the wire's errors: the mirror of the table in `@cfg/service`'s `status.ts`. Of a store that is closed, or
 * not connected, behind the server, only `unavailable` arrives: `closed` and `not_connected` are this client's own.
 */

const codeOfReason = new Map<string, ErrorCode>([
  ['NOT_FOUND', 'not_found'],
  ['KEY_EXISTS', 'key_exists'],
  ['INVALID_KEY', 'invalid_key'],
  ['INVALID_NAMESPACE', 'invalid_namespace'],
  ['INVALID_VALUE', 'invalid_value'],
  ['TYPE_MISMATCH', 'type_mismatch'],
  ['READ_ONLY', 'read_only'],
  ['STORE_NOT_CONNECTED', 'unavailable'],
  ['STORE_CLOSED', 'unavailable'],
  ['WATCH_NOT_SUPPORTED', 'watch_not_supported'],
  ['VERSION_NOT_FOUND', 'version_not_found'],
  ['VERSIONING_NOT_SUPPORTED', 'versioning_not_supported'],
  ['ALIAS_EXISTS', 'alias_exists'],
  ['ALIAS_SELF', 'alias_self'],
  ['ALIAS_CHAIN', 'alias_chain'],
  ['CODEC_NOT_FOUND', 'codec_not_found'],
  ['INVALID_CURSOR', 'invalid_cursor'],
  ['VERSION_MISMATCH', 'version_mismatch'],
  ['REVISION_COMPACTED', 'revision_compacted'],
  ['NOT_OWNER', 'not_owner'],
  ['GUARD_TIMEOUT', 'guard_timeout'],
]);

/** The error that a failed call stands for; `error` is its cause, unless it is a ConfigError already. */
export function toConfigError(error: unknown): ConfigError {
  if (isConfigError(error)) return error;
  if (!(error instanceof ClientError)) {
    const message = error instanceof Error ? error.message : String(error);
    return new ConfigError('internal', `the call failed in the client: ${message}`, { cause: error });
  }
  const info = errorInfo(error);
  const code = codeOfReason.get(info?.reason ?? '') ?? codeOfStatus(error.code, error.details);
  return new ConfigError(code, words(error), { cause: error, metadata: { ...info?.metadata } });
}

/** The message of a gRPC error without the parts that tell a user nothing, and with the likely cause. */
function words({ code, details }: ClientError): string {
  const text = plainWords(details) || Status[code];
  if (code !== Status.UNAVAILABLE) return text;
  if (/wrong version number|packet length too long|unknown protocol/i.test(text)) {
    return `${text} (the server seems to be without TLS: insecure: true talks to it in the clear)`;
  }
  if (/self.signed certificate/i.test(text)) {
    return `${text} (tls: { ca } says whom to trust; tls: { fingerprint256 } trusts one certificate by its fingerprint)`;
  }
  // A connection that was made, and ended before it could be used.
  const isDropped = /ECONNRESET|socket hang up|Protocol error|session closed|Failed to connect/i.test(text);
  const wasNeverUp = /No connection established/i.test(details);
  return isDropped && wasNeverUp ? `${text} (does the server ask for TLS, and is insecure: true set?)` : text;
}

/** Without its empty ends, the channel's phrases around the error itself, times, and OpenSSL's places in its own source. */
function plainWords(details: string): string {
  return details
    .replace(/[\s.]*Resolution note:\s*$/, '')
    .replace(/^No connection established\. Last error: (?:\w*Error(?: \[\w+\])?: )?/, '')
    .replace(/\s*\(\d{4}-\d\d-\d\dT[\d:.]+Z\)/g, '')
    .replace(/[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):\S+/g, 'TLS: $1')
    .trim();
}

function errorInfo(error: ClientError): ErrorInfo | undefined {
  if (!(error instanceof RichClientError)) return undefined;
  return error.extra.find(
    (detail): detail is ErrorInfo => detail.$type === ErrorInfo.$type && (detail as ErrorInfo).domain === errorDomain,
  );
}

/** For an answer without a known reason: a check before the store, an older server, a proxy, the connection itself. */
function codeOfStatus(status: Status, message: string): ErrorCode {
  const says = (words: string): boolean => message.toLowerCase().includes(words);
  switch (status) {
    case Status.NOT_FOUND:
      return says('version not found') ? 'version_not_found' : 'not_found';
    case Status.ALREADY_EXISTS:
      return says('alias') ? 'alias_exists' : 'key_exists';
    case Status.INVALID_ARGUMENT:
      // The two checks that a server makes before its store could give the reason.
      if (message === 'namespace is required') return 'invalid_namespace';
      return message === 'key is required' ? 'invalid_key' : 'invalid_argument';
    case Status.UNIMPLEMENTED:
      return says('versioning') ? 'versioning_not_supported' : 'unsupported';
    case Status.FAILED_PRECONDITION:
      return 'read_only';
    case Status.ABORTED:
      return 'version_mismatch';
    case Status.OUT_OF_RANGE:
      return 'revision_compacted';
    case Status.UNAUTHENTICATED:
      return 'unauthenticated';
    case Status.PERMISSION_DENIED:
      return 'permission_denied';
    case Status.RESOURCE_EXHAUSTED:
      return 'resource_exhausted';
    case Status.UNAVAILABLE:
      return 'unavailable';
    case Status.DEADLINE_EXCEEDED:
      return 'deadline_exceeded';
    case Status.CANCELLED:
      return 'cancelled';
    case Status.INTERNAL:
      // How the channel tells that the session of the call was lost, which no server has said.
      return message.startsWith('Received RST_STREAM') ? 'unavailable' : 'internal';
    default:
      return 'internal';
  }
}
