import {
  type Capability,
  ConfigError,
  can,
  type EncodedValue,
  printable,
  type SetOptions,
  type Store,
  type WriteMode,
  type WriteOptions,
} from '@cfg/core';
import { type DeleteRequest, type Duration, type SetRequest, WriteMode as WireWriteMode } from '@cfg/proto';
import type { Call } from '../call.js';
import { requireCapability, requireNotNegative } from '../checks.js';
import type { Environment } from '../environment.js';
import { invalidArgument } from '../status.js';
import { storeOptions } from './handler.js';

/* What the messages of writes (Set, Delete, Batch, Restore) mean to a store. */

/** In characters: they are kept with the change. */
const maxRequestIdLength = 256;
const maxAuthorLength = 256;
const maxCommentLength = 1_024;

const modes: ReadonlyMap<number, WriteMode> = new Map([
  [WireWriteMode.WRITE_MODE_UNSPECIFIED, 'upsert'],
  [WireWriteMode.WRITE_MODE_UPSERT, 'upsert'],
  [WireWriteMode.WRITE_MODE_CREATE, 'create'],
  [WireWriteMode.WRITE_MODE_UPDATE, 'update'],
]);

/** The author of what the call writes: whom the guard named, never whom the caller names. */
export function writeOptions(store: Store, call: Call): WriteOptions {
  const { userId } = call.identity;
  const author = can(store, 'authors') && userId !== '' ? userId : undefined;
  requireLength('user id', author, maxAuthorLength);
  return { author, ...storeOptions(call) };
}

/** The request id and the comment, checked. */
export function noteOptions(
  store: Store,
  { requestId, comment }: { readonly requestId: string; readonly comment: string },
): { requestId: string | undefined; comment: string | undefined } {
  return {
    requestId: textOf(store, 'requests', 'request_id', requestId, maxRequestIdLength),
    comment: textOf(store, 'authors', 'comment', comment, maxCommentLength),
  };
}

/** The condition of a Set or a Delete, checked. */
export function conditionOf(store: Store, { ifVersion }: Pick<DeleteRequest, 'ifVersion'>): number | undefined {
  requireCapability(store, 'cas', 'if_version', ifVersion !== undefined);
  requireNotNegative('if_version', ifVersion);
  return ifVersion;
}

/** Everything of a Set but its comment and request id, checked. */
export function setting(
  { store, settings: { codecs, maxValueBytes } }: Environment,
  request: SetRequest,
): { value: EncodedValue; options: Pick<SetOptions, 'mode' | 'ifVersion' | 'ttlMs'> } {
  const { value: bytes, codec: name, writeMode, ttl } = request;
  const codec = name || 'json';
  if (bytes.length > maxValueBytes) {
    throw invalidArgument(`value size ${bytes.length} exceeds maximum allowed size ${maxValueBytes}`);
  }
  const mode = modes.get(writeMode);
  if (mode === undefined) throw invalidArgument(`unknown write mode ${writeMode}`);
  const options = { mode, ifVersion: conditionOf(store, request), ttlMs: ttl && timeToLiveMs(store, ttl) };
  const type = codecs.inspect(bytes, codec);
  if (can(store, 'codecs') && !store.supportsCodec(codec)) {
    throw new ConfigError('codec_not_found', `the store does not support the codec ${printable(codec)}`);
  }
  return { value: { bytes, codec, type }, options };
}

function timeToLiveMs(store: Store, { seconds, nanos }: Duration): number {
  requireCapability(store, 'ttl', 'ttl', true);
  if (seconds < 0 || nanos < 0 || nanos > 999_999_999) throw invalidArgument('ttl must be a duration of 0 or more');
  return seconds * 1000 + nanos / 1_000_000;
}

function textOf(store: Store, capability: Capability, field: string, text: string, most: number): string | undefined {
  if (text === '') return undefined;
  requireCapability(store, capability, field, true);
  requireLength(field, text, most);
  return text;
}

function requireLength(what: string, text: string | undefined, most: number): void {
  if (text !== undefined && text.length > most) throw invalidArgument(`${what} is longer than ${most} characters`);
}
