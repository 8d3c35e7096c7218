import { frameHeaderBytes, initialMaxFrameBytes, preface } from './protocol.js';

export interface FrameReceiver {
  /**
   * A whole frame. Its payload is `bytes` from `start`, `length` bytes; they stay valid, and are not to be changed.
   * Returns whether to go on reading.
   */
  frame(bytes: Buffer, start: number, length: number, type: number, flags: number, streamId: number): boolean;
  /** The peer does not speak HTTP/2. Nothing follows. */
  badPreface(): void;
  /** A frame is announced that is longer than may be. Nothing follows. */
  oversized(length: number): void;
}

/** Finds the frames in what a client sends, however the bytes are cut. Holds one unfinished frame at most. */
export class FrameReader {
  #receiver: FrameReceiver;
  #prefaceLeft = preface.length;
  /** The beginning of a frame, of which the rest has not come: so many bytes of so many. */
  #partial: Buffer | undefined;
  #have = 0;
  #stopped = false;

  constructor(receiver: FrameReceiver) {
    this.#receiver = receiver;
  }

  read(chunk: Buffer): void {
    let at = 0;
    if (this.#prefaceLeft > 0) at = this.#readPreface(chunk);
    if (this.#partial !== undefined) at = this.#complete(chunk, at);
    while (!this.#stopped && at + frameHeaderBytes <= chunk.length) {
      const length = lengthAt(chunk, at);
      if (!this.#allows(length)) return;
      const end = at + frameHeaderBytes + length;
      if (end > chunk.length) break;
      this.#hand(chunk, at, length);
      at = end;
    }
    if (!this.#stopped && at < chunk.length) this.#keep(chunk, at);
  }

  #readPreface(chunk: Buffer): number {
    const from = preface.length - this.#prefaceLeft;
    const length = Math.min(this.#prefaceLeft, chunk.length);
    if (preface.compare(chunk, 0, length, from, from + length) !== 0) {
      this.#stopped = true;
      this.#receiver.badPreface();
    }
    this.#prefaceLeft -= length;
    return length;
  }

  /** Adds to the unfinished frame what it lacks; returns where the next begins. */
  #complete(chunk: Buffer, from: number): number {
    let at = from;
    while (!this.#stopped && this.#partial !== undefined && at < chunk.length) {
      const step = Math.min(this.#partial.length - this.#have, chunk.length - at);
      chunk.copy(this.#partial, this.#have, at, at + step);
      at += step;
      this.#have += step;
      if (this.#have < this.#partial.length) break;
      this.#grow(this.#partial);
    }
    return at;
  }

  /** A header that is complete makes room for its payload; with that, the frame is complete. */
  #grow(partial: Buffer): void {
    const length = lengthAt(partial, 0);
    if (!this.#allows(length)) return;
    if (partial.length === frameHeaderBytes + length) {
      this.#partial = undefined;
      this.#hand(partial, 0, length);
    } else {
      this.#partial = Buffer.allocUnsafe(frameHeaderBytes + length);
      partial.copy(this.#partial, 0, 0, frameHeaderBytes);
    }
  }

  #keep(chunk: Buffer, at: number): void {
    const rest = chunk.length - at;
    const size = rest < frameHeaderBytes ? frameHeaderBytes : frameHeaderBytes + lengthAt(chunk, at);
    this.#partial = Buffer.allocUnsafe(size);
    this.#have = chunk.copy(this.#partial, 0, at);
  }

  #allows(length: number): boolean {
    if (length <= initialMaxFrameBytes) return true;
    this.#stopped = true;
    this.#receiver.oversized(length);
    return false;
  }

  #hand(bytes: Buffer, at: number, length: number): void {
    const type = bytes[at + 3] as number;
    const flags = bytes[at + 4] as number;
    const streamId = uint31(bytes, at + 5);
    if (!this.#receiver.frame(bytes, at + frameHeaderBytes, length, type, flags, streamId)) this.#stopped = true;
  }
}

const lengthAt = (bytes: Buffer, at: number): number =>
  ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);

/** Four bytes without their first bit, which is reserved. */
export const uint31 = (bytes: Buffer, at: number): number =>
  (((bytes[at] as number) & 0x7f) << 24) |
  ((bytes[at + 1] as number) << 16) |
  ((bytes[at + 2] as number) << 8) |
  (bytes[at + 3] as number);

export const uint32 = (bytes: Buffer, at: number): number => bytes.readUInt32BE(at);
