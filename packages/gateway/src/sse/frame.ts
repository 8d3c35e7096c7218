import { ChangeType, type Timestamp, toJson, type WatchResponse } from '@cfg/proto';
import { formatEventId } from './event-id.js';

const names: Partial<Record<ChangeType, string>> = {
  [ChangeType.CHANGE_TYPE_SET]: 'SET',
  [ChangeType.CHANGE_TYPE_DELETE]: 'DELETE',
  [ChangeType.CHANGE_TYPE_ALIAS_SET]: 'ALIAS_SET',
  [ChangeType.CHANGE_TYPE_ALIAS_DELETE]: 'ALIAS_DELETE',
};

/** The block of a change, and the id that is in it. */
export interface ChangeFrame {
  readonly id: string;
  readonly bytes: Buffer;
}

/** Made once per change, and shared by all streams that send it. */
const frames = new WeakMap<WatchResponse, ChangeFrame & { readonly number: number; readonly log: string }>();

/**
 * The block of a change that is the `number`th of a log; without the log's name the id is the number alone. `undefined` if
 * the change is of a type that this gateway does not know.
 */
export function changeFrame(change: WatchResponse, number: number, log: string): ChangeFrame | undefined {
  const known = frames.get(change);
  if (known !== undefined && known.number === number && known.log === log) return known;
  const type = names[change.type];
  if (type === undefined) return undefined;
  const id = log === '' ? String(number) : formatEventId(number, log);
  const bytes = Buffer.from(
    `id: ${id}\nevent: ${type.toLowerCase()}\ndata: ${JSON.stringify(dataOf(type, change))}\n\n`,
  );
  const frame = { id, bytes, number, log };
  frames.set(change, frame);
  return frame;
}

function dataOf(type: string, { entry, more }: WatchResponse): object {
  const data = {
    type,
    namespace: entry?.namespace ?? '',
    key: entry?.key ?? '',
    author: entry?.author || undefined,
    comment: entry?.comment || undefined,
    more: more || undefined,
  };
  if (entry === undefined || type.endsWith('DELETE')) return data;
  const { value, codec, version, createdAt, updatedAt, secret, masked } = entry;
  return {
    ...data,
    secret: secret || undefined,
    masked: masked || undefined,
    value: value.length > 0 ? base64(value) : undefined,
    codec: codec || undefined,
    version: version || undefined,
    created_at: createdAt && timeText(createdAt),
    updated_at: updatedAt && timeText(updatedAt),
  };
}

const timeText = (time: Timestamp): unknown => toJson('google.protobuf.Timestamp', time);

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

export const idFrame = (id: string): string => `id: ${id}\n\n`;

export const helloFrame = (retryMs: number): string => `retry: ${retryMs}\n\n: connected\n\n`;

/** One line end: there are clients that take a comment and an empty line for a message. */
export const heartbeatFrame = ': heartbeat\n';

/** Says that changes may have been missed: a client that keeps a copy must read it again. `more` tells more of why. */
export const resetFrame = (reason: string, more: Readonly<Record<string, string>> = {}): string =>
  `event: reset\ndata: ${JSON.stringify({ reason, ...more })}\n\n`;

export const errorFrame = (message: string): string => `event: error\ndata: ${JSON.stringify({ error: message })}\n\n`;
