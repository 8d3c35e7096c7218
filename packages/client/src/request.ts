import {
  ConfigError,
  type DeleteOptions,
  type EncodedValue,
  type Capability,
  maxInt32,
  type SetOptions,
  wholeNumber,
} from '@cfg/core';
import { type DeleteRequest, type Duration, type SetRequest, WriteMode } from '@cfg/proto';

/** Options of calls, as requests: checked before they are sent, as far as a message could not carry them. */

/** The longest duration that protobuf knows, milliseconds: 10,000 years. */
const longestMs = 315_576_000_000_000;

const modes = {
  upsert: WriteMode.WRITE_MODE_UPSERT,
  create: WriteMode.WRITE_MODE_CREATE,
  update: WriteMode.WRITE_MODE_UPDATE,
} as const;

export function setRequest(
  namespace: string,
  key: string,
  { bytes, codec }: EncodedValue,
  { mode = 'upsert', ttlMs, ...options }: SetOptions,
): Partial<SetRequest> {
  const writeMode = modes[mode];
  if (writeMode === undefined) throw new ConfigError('invalid_argument', 'mode must be upsert, create or update');
  return {
    ...deleteRequest(namespace, key, options),
    value: bytes,
    codec,
    writeMode,
    ttl: ttlMs === undefined ? undefined : duration('ttlMs', ttlMs),
  };
}

export function deleteRequest(namespace: string, key: string, options: DeleteOptions): Partial<DeleteRequest> {
  const { ifVersion, requestId = '' } = options;
  return { namespace, key, ifVersion: optionalNumber('ifVersion', ifVersion), requestId };
}

/** What a write asks of the server beyond the original's. */
export function needsOf({ ifVersion, ttlMs, requestId }: SetOptions): Capability[] {
  const needs: Capability[] = [];
  if (ifVersion !== undefined) needs.push('cas');
  if (ttlMs !== undefined) needs.push('ttl');
  if (requestId) needs.push('requests');
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
