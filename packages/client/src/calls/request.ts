import {
  type BatchOperation,
  type BatchOptions,
  type Capability,
  ConfigError,
  type DeleteOptions,
  type EncodedValue,
  type RestoreTarget,
  type SetOptions,
} from '@cfg/core';
import { checkShown, maxInt32, wholeNumber } from '@cfg/core/store';
import {
  type BatchRequest,
  type DeleteRequest,
  type Duration,
  type RestoreRequest,
  type SetRequest,
  WriteMode,
} from '@cfg/proto';

/*
 * Options of calls, as requests: checked before they are sent, as far as a message could not carry them. An author is not
 * among them: who writes, the server says.
 */

/** The longest duration that protobuf knows, in milliseconds: 10,000 years. */
const longestMs = 315_576_000_000_000;

const modes = {
  upsert: WriteMode.WRITE_MODE_UPSERT,
  create: WriteMode.WRITE_MODE_CREATE,
  update: WriteMode.WRITE_MODE_UPDATE,
} as const;

export function setRequest(
  namespace: string,
  key: string,
  value: EncodedValue,
  { mode = 'upsert', ttlMs, ...options }: SetOptions,
): SetRequest {
  checkShown(key, value);
  const writeMode = modes[mode];
  if (writeMode === undefined) throw new ConfigError('invalid_argument', 'mode must be upsert, create or update');
  return {
    ...deleteRequest(namespace, key, options),
    value: value.bytes,
    codec: value.codec,
    writeMode,
    ttl: ttlMs === undefined ? undefined : duration('ttlMs', ttlMs),
  };
}

export function deleteRequest(namespace: string, key: string, options: DeleteOptions): DeleteRequest {
  const { ifVersion, requestId = '', comment = '' } = options;
  return { namespace, key, ifVersion: optionalNumber('ifVersion', ifVersion), requestId, comment };
}

/** The operations of a batch leave the namespace to the batch. */
export function batchRequest(
  namespace: string,
  operations: readonly BatchOperation[],
  { dryRun = false, requestId = '', comment = '' }: BatchOptions,
): Partial<BatchRequest> {
  const messages = operations.map((operation) =>
    operation.type === 'set'
      ? { set: setRequest('', operation.key, operation.value, operation), delete: undefined }
      : { set: undefined, delete: deleteRequest('', operation.key, operation) },
  );
  return { namespace, operations: messages, dryRun, requestId, comment };
}

export function restoreRequest(
  namespace: string,
  { key = '', to }: RestoreTarget,
  { dryRun = false, requestId = '', comment = '' }: BatchOptions,
): Partial<RestoreRequest> {
  const target =
    'version' in to
      ? { version: wholeNumber('version', to.version) }
      : { revision: wholeNumber('revision', to.revision) };
  return { namespace, key, ...target, dryRun, requestId, comment };
}

/** The features that a write needs beyond the original's. */
export function needsOf({ ifVersion, ttlMs, requestId, comment }: SetOptions): Capability[] {
  const needs: Capability[] = [];
  if (ifVersion !== undefined) needs.push('cas');
  if (ttlMs !== undefined) needs.push('ttl');
  if (requestId) needs.push('requests');
  if (comment) needs.push('authors');
  return needs;
}

/** The features that a read needs beyond the original's. */
export function needsToRead({
  includeDeleted,
  atRevision,
}: {
  readonly includeDeleted?: boolean | undefined;
  readonly atRevision?: number | undefined;
}): Capability[] {
  const needs: Capability[] = [];
  if (includeDeleted) needs.push('tombstones');
  if (atRevision) needs.push('revisions');
  return needs;
}

/** A query's limit as the wire has it: 0 means none. */
export const wireLimit = ({ limit }: { readonly limit?: number | undefined }): number =>
  limit === undefined ? 0 : wholeNumber('limit', limit, 0, maxInt32);

/** Throws `invalid_argument` unless it is a whole number, 0 or more, or absent. */
export const optionalNumber = (name: string, value: number | undefined): number | undefined =>
  value === undefined ? undefined : wholeNumber(name, value);

function duration(name: string, ms: number): Duration {
  if (!(ms >= 0 && ms <= longestMs)) {
    throw new ConfigError('invalid_argument', `${name} must be from 0 to ${longestMs}`);
  }
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: Math.min(Math.round((ms - seconds * 1_000) * 1_000_000), 999_999_999) };
}
