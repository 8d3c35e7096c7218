import { ConfigError, can, type SetOptions, type Store, type WriteMode } from '@cfg/core';
import { type Duration, type SetRequest, type SetResponse, WriteMode as WireWriteMode } from '@cfg/proto';
import type { Call } from '../call.js';
import { requireFeature, requireKey, requireWrite, resource } from '../checks.js';
import type { Environment } from '../environment.js';
import { invalidArgument } from '../status.js';
import type { Handler } from './handler.js';

const modes: ReadonlyMap<number, WriteMode> = new Map([
  [WireWriteMode.WRITE_MODE_UNSPECIFIED, 'upsert'],
  [WireWriteMode.WRITE_MODE_UPSERT, 'upsert'],
  [WireWriteMode.WRITE_MODE_CREATE, 'create'],
  [WireWriteMode.WRITE_MODE_UPDATE, 'update'],
]);

export function setHandler({ store, authorizer, encoder, settings }: Environment): Handler<SetRequest, SetResponse> {
  const { codecs, maxValueBytes } = settings;
  return async (request, call) => {
    requireKey(request);
    const { namespace, key, value } = request;
    const asking = authorizer.authorize(call, 'write', resource(namespace, key));
    if (asking !== undefined) await asking;
    if (value.length > maxValueBytes) {
      throw invalidArgument(`value size ${value.length} exceeds maximum allowed size ${maxValueBytes}`);
    }
    const codec = request.codec || 'json';
    const options = setOptions(store, request, call);
    const type = codecs.inspect(value, codec);
    requireCodec(store, codec);
    return encoder.entry(await store.set(namespace, key, { bytes: value, codec, type }, options));
  };
}

function requireCodec(store: Store, codec: string): void {
  if (!can(store, 'codecs') || store.supportsCodec(codec)) return;
  throw new ConfigError('codec_not_found', `the store does not support the codec ${JSON.stringify(codec)}`);
}

function setOptions(store: Store, request: SetRequest, call: Call): SetOptions {
  const mode = modes.get(request.writeMode);
  if (mode === undefined) throw invalidArgument(`unknown write mode ${request.writeMode}`);
  requireWrite(store, request);
  const { ifVersion, requestId } = request;
  return {
    mode,
    ttlMs: ttlMs(store, request.ttl),
    ifVersion,
    requestId: requestId || undefined,
    signal: call.signal,
  };
}

function ttlMs(store: Store, ttl: Duration | undefined): number | undefined {
  if (ttl === undefined) return undefined;
  requireFeature(store, 'ttl', 'ttl', true);
  const { seconds, nanos } = ttl;
  if (seconds < 0 || nanos < 0 || nanos > 999_999_999) throw invalidArgument('ttl must be a duration of 0 or more');
  return seconds * 1000 + nanos / 1_000_000;
}
