import { type ErrorCode, Flag, FrameType, frameHeaderBytes } from './protocol.js';
import type { SlabPool } from './slab-pool.js';

/** From this size on a piece of a message is sent from where it lies rather than copied. */
const worthNotCopying = 8 * 1024;
/** The size of the prefix of a gRPC message, which tells whether it is compressed and how long it is. */
export const messagePrefixBytes = 5;

/** The prefix of a message of that length. */
export function messagePrefix(length: number, compressed: boolean): Uint8Array {
  const prefix = Buffer.allocUnsafe(messagePrefixBytes);
  prefix[0] = compressed ? 1 : 0;
  prefix.writeUInt32BE(length, 1);
  return prefix;
}

/** The frames that wait to be written to the socket, in their order. All of a turn leave together. */
export class Output {
  /** How many bytes wait. */
  length = 0;
  #slabs: SlabPool;
  #notify: () => void;
  #pieces: Uint8Array[] = [];
  #slab: Buffer | undefined;
  #start = 0;
  #end = 0;
  /** Where the DATA frame begins that is the last thing written, while another message may be added to it. */
  #openFrame = -1;
  #openStream = 0;

  /** @param notify called when something waits where nothing did */
  constructor(slabs: SlabPool, notify: () => void) {
    this.#slabs = slabs;
    this.#notify = notify;
  }

  /** Hands over what waits, in pieces, which must not be changed. */
  take(): Uint8Array[] {
    this.#seal();
    const { pieces, slab } = { pieces: this.#pieces, slab: this.#slab };
    if (slab !== undefined) this.#slabs.give(slab.subarray(this.#end));
    this.#slab = undefined;
    this.#start = 0;
    this.#end = 0;
    this.#pieces = [];
    this.length = 0;
    return pieces;
  }

  /** A whole message. Joins the DATA frame of the same stream that was written last, if that stays within `maxFrame`. */
  message(streamId: number, compressed: boolean, payload: Uint8Array, maxFrame: number): void {
    const length = messagePrefixBytes + payload.length;
    if (this.#openStream === streamId && this.#openFrame >= 0) {
      const joined = this.#end - this.#openFrame - frameHeaderBytes + length;
      const slab = this.#slab as Buffer;
      if (joined <= maxFrame && this.#end + length <= slab.length) {
        slab[this.#openFrame] = joined >>> 16;
        slab[this.#openFrame + 1] = joined >>> 8;
        slab[this.#openFrame + 2] = joined;
        this.#prefix(slab, compressed, payload.length);
        this.#copy(payload);
        this.length += length;
        return;
      }
    }
    const slab = this.#header(length, FrameType.data, 0, streamId, length);
    this.#openFrame = this.#end - frameHeaderBytes;
    this.#openStream = streamId;
    this.#prefix(slab, compressed, payload.length);
    this.#copy(payload);
  }

  /** The bytes `from` to `to` of a prefix and a payload together, as a frame of their own. */
  part(streamId: number, prefix: Uint8Array, payload: Uint8Array, from: number, to: number): void {
    const large = to - from >= worthNotCopying;
    this.#header(to - from, FrameType.data, 0, streamId, large ? prefix.length : to - from);
    if (from < prefix.length) this.#copy(prefix.subarray(from, to));
    const piece = payload.subarray(Math.max(0, from - prefix.length), Math.max(0, to - prefix.length));
    if (large) {
      this.#seal();
      this.#pieces.push(piece);
    } else {
      this.#copy(piece);
    }
  }

  /** A header block, over several frames if it must be. */
  headers(streamId: number, block: Uint8Array, endStream: boolean, maxFrame: number): void {
    const last = endStream ? Flag.endStream : 0;
    if (block.length <= maxFrame) {
      this.#header(block.length, FrameType.headers, last | Flag.endHeaders, streamId, block.length);
      this.#copy(block);
      return;
    }
    for (let from = 0; from < block.length; from += maxFrame) {
      const part = block.subarray(from, from + maxFrame);
      const ends = from + part.length === block.length ? Flag.endHeaders : 0;
      const type = from === 0 ? FrameType.headers : FrameType.continuation;
      this.#header(part.length, type, (from === 0 ? last : 0) | ends, streamId, part.length);
      this.#copy(part);
    }
  }

  settings(values: readonly (readonly [setting: number, value: number])[]): void {
    const length = values.length * 6;
    const slab = this.#header(length, FrameType.settings, 0, 0, length);
    for (const [setting, value] of values) {
      slab.writeUInt16BE(setting, this.#end);
      slab.writeUInt32BE(value, this.#end + 2);
      this.#end += 6;
    }
  }

  settingsAck(): void {
    this.#header(0, FrameType.settings, Flag.ack, 0, 0);
  }

  ping(ack: boolean, bytes: Buffer, start: number): void {
    const slab = this.#header(8, FrameType.ping, ack ? Flag.ack : 0, 0, 8);
    this.#end += bytes.copy(slab, this.#end, start, start + 8);
  }

  windowUpdate(streamId: number, increment: number): void {
    this.#uint32(this.#header(4, FrameType.windowUpdate, 0, streamId, 4), increment);
  }

  resetStream(streamId: number, code: ErrorCode): void {
    this.#uint32(this.#header(4, FrameType.resetStream, 0, streamId, 4), code);
  }

  goaway(lastStreamId: number, code: ErrorCode, reason: string): void {
    const debug = Buffer.from(reason);
    const length = 8 + debug.length;
    const slab = this.#header(length, FrameType.goaway, 0, 0, length);
    this.#uint32(slab, lastStreamId);
    this.#uint32(slab, code);
    this.#copy(debug);
  }

  /** Begins a frame, `room` bytes of whose payload go into the slab, which is returned. */
  #header(length: number, type: number, flags: number, streamId: number, room: number): Buffer {
    const slab = this.#reserve(frameHeaderBytes + room);
    const at = this.#end;
    slab[at] = length >>> 16;
    slab[at + 1] = length >>> 8;
    slab[at + 2] = length;
    slab[at + 3] = type;
    slab[at + 4] = flags;
    slab[at + 5] = streamId >>> 24;
    slab[at + 6] = streamId >>> 16;
    slab[at + 7] = streamId >>> 8;
    slab[at + 8] = streamId;
    this.#end = at + frameHeaderBytes;
    this.#openFrame = -1;
    const idle = this.length === 0;
    this.length += frameHeaderBytes + length;
    if (idle) this.#notify();
    return slab;
  }

  #prefix(slab: Buffer, compressed: boolean, length: number): void {
    const at = this.#end;
    slab[at] = compressed ? 1 : 0;
    slab[at + 1] = length >>> 24;
    slab[at + 2] = length >>> 16;
    slab[at + 3] = length >>> 8;
    slab[at + 4] = length;
    this.#end = at + messagePrefixBytes;
  }

  #uint32(slab: Buffer, value: number): void {
    this.#end = slab.writeUInt32BE(value, this.#end);
  }

  #copy(bytes: Uint8Array): void {
    const slab = this.#slab as Buffer;
    const { length } = bytes;
    if (length <= 16) {
      for (let i = 0; i < length; i += 1) slab[this.#end + i] = bytes[i] as number;
    } else {
      slab.set(bytes, this.#end);
    }
    this.#end += length;
  }

  #reserve(length: number): Buffer {
    if (this.#slab !== undefined && this.#end + length <= this.#slab.length) return this.#slab;
    this.#seal();
    this.#slab = this.#slabs.take(length);
    this.#start = 0;
    this.#end = 0;
    return this.#slab;
  }

  /** Ends the current piece; what follows is another. */
  #seal(): void {
    if (this.#slab !== undefined && this.#end > this.#start) {
      this.#pieces.push(this.#slab.subarray(this.#start, this.#end));
    }
    this.#start = this.#end;
    this.#openFrame = -1;
  }
}
