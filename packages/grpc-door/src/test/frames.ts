import { HpackEncoder } from '../hpack/encoder.js';
import { Flag, FrameType, frameHeaderBytes, preface } from '../http2/protocol.js';

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, id: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(id, 5);
  return Buffer.concat([header, payload]);
}

/** The frames in what a server wrote. Throws on what is no whole frame. */
export function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + frameHeaderBytes + bytes.readUIntBE(at, 3);
    if (end > bytes.length) throw new Error('a frame is cut off');
    const payload = bytes.subarray(at + frameHeaderBytes, end);
    frames.push({
      type: bytes.readUInt8(at + 3),
      flags: bytes.readUInt8(at + 4),
      id: bytes.readUInt32BE(at + 5),
      payload,
    });
    at = end;
  }
  return frames;
}

export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, index * 4);
  return bytes;
}

export function settings(...pairs: [setting: number, value: number][]): Buffer {
  const payload = pairs.map(([setting, value]) => {
    const bytes = Buffer.alloc(6);
    bytes.writeUInt16BE(setting, 0);
    bytes.writeUInt32BE(value, 2);
    return bytes;
  });
  return frame(FrameType.settings, 0, 0, Buffer.concat(payload));
}

/** The preface of every client. */
export const hello: Buffer = Buffer.concat([preface, settings()]);

export const windowUpdate = (id: number, increment: number): Buffer =>
  frame(FrameType.windowUpdate, 0, id, uint32(increment));

export const reset = (id: number): Buffer => frame(FrameType.resetStream, 0, id, uint32(8));

export const data = (id: number, payload: Uint8Array, endStream = true): Buffer =>
  frame(FrameType.data, endStream ? Flag.endStream : 0, id, payload);

/** A gRPC message with its prefix. */
export function message(payload: Uint8Array, flag = 0): Buffer {
  return Buffer.concat([Buffer.from([flag]), uint32(payload.length), payload]);
}

export const requestFields = (path: string, ...more: string[]): string[] => [
  ':method',
  'POST',
  ':scheme',
  'http',
  ':path',
  path,
  'content-type',
  'application/grpc',
  'te',
  'trailers',
  ...more,
];

/** Makes the header blocks of one client. */
export class Headers {
  #encoder = new HpackEncoder();

  block(fields: readonly string[]): Buffer {
    return Buffer.from(this.#encoder.encode(fields));
  }

  frame(id: number, fields: readonly string[], endStream = false): Buffer {
    return frame(FrameType.headers, Flag.endHeaders | (endStream ? Flag.endStream : 0), id, this.block(fields));
  }
}
