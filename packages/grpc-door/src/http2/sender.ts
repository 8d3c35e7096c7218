import { type FieldList, HpackEncoder } from '../hpack/encoder.js';
import type { ConnectionLimits } from './limits.js';
import { messagePrefix, messagePrefixBytes, type Output } from './output.js';
import { initialMaxFrameBytes, initialWindowBytes, largestWindow } from './protocol.js';
import type { QueuedBody, Stream, StreamSender } from './stream.js';
import type { Unsent } from './unsent.js';

/** From this on no message is added to what waits for the socket: the rest stays with its stream. */
export const highWaterBytes: number = 256 * 1024;
/** How much of one stream is sent before it is another's turn. */
const turnBytes = 64 * 1024;
/** Larger frames than this would keep others waiting, whatever the peer takes. */
const mostFrameBytes = 64 * 1024;
/** A frame that is shorter than this, for want of window, is a sign of a peer that dribbles. */
const dribbleBytes = 256;

export interface SenderEvents {
  /** The answer has been sent, its end included. */
  finished(stream: Stream): void;
  /** The answer does not fit into what one connection, or all, may queue. */
  overflowed(stream: Stream, limit: 'queuedResponses' | 'queuedResponsesInAll'): void;
  /** A DATA frame was sent that earns the peer more control frames. */
  sentData(): void;
  now(): number;
}

/** Sends answers, as far as the windows of the peer and the socket allow; the rest waits with its stream. */
export class Sender implements StreamSender {
  readonly output: Output;
  /** The bytes that we may send on the connection. */
  window: number = initialWindowBytes;
  /** The window that a new stream begins with. */
  initialWindow: number = initialWindowBytes;
  /** How many bytes of messages wait with their streams. */
  queuedBytes = 0;
  /** Whether the socket takes nothing at the moment. */
  paused = false;
  #maxFrame = initialMaxFrameBytes;
  #limits: ConnectionLimits;
  #unsent: Unsent;
  #events: SenderEvents;
  #encoder = new HpackEncoder();
  /** Streams with something queued and window of their own, who wait for the connection or the socket. */
  #ready = new Set<Stream>();
  #lastHeaders = new EncodedBlock();
  #lastTrailers = new EncodedBlock();

  constructor(output: Output, limits: ConnectionLimits, unsent: Unsent, events: SenderEvents) {
    this.output = output;
    this.#limits = limits;
    this.#unsent = unsent;
    this.#events = events;
  }

  set maxFrame(bytes: number) {
    this.#maxFrame = Math.min(bytes, mostFrameBytes);
  }

  set headerTableBytes(bytes: number) {
    this.#encoder.resize(bytes);
  }

  headers(stream: Stream, fields: FieldList): void {
    stream.headersSent = true;
    const block = this.#lastHeaders.of(fields, this.#encoder);
    this.output.headers(stream.id, block, false, this.#maxFrame);
  }

  message(stream: Stream, payload: Uint8Array, compressed: boolean): boolean {
    const length = messagePrefixBytes + payload.length;
    if (length <= stream.sendWindow && length <= this.#maxFrame && this.#takesNow(length)) {
      this.window -= length;
      stream.sendWindow -= length;
      this.output.message(stream.id, compressed, payload, this.#maxFrame);
      this.#events.sentData();
      return true;
    }
    return this.body(stream, messagePrefix(payload.length, compressed), payload);
  }

  /** A piece of a body; returns whether it was handed over at once. */
  body(stream: Stream, prefix: Uint8Array, payload: Uint8Array): boolean {
    if (stream.queued !== undefined) throw new Error('a message is sent before the last has been');
    const length = prefix.length + payload.length;
    if (this.queuedBytes > 0 && this.queuedBytes + length > this.#limits.maxQueuedResponseBytes) {
      this.#events.overflowed(stream, 'queuedResponses');
      return stream.closed;
    }
    if (!this.#unsent.add(payload)) {
      this.#events.overflowed(stream, 'queuedResponsesInAll');
      return stream.closed;
    }
    this.queuedBytes += length;
    const queued: QueuedBody = { prefix, payload, sent: 0, awaited: false };
    stream.queued = queued;
    this.#ready.add(stream);
    this.resume();
    queued.awaited = stream.queued === queued;
    return !queued.awaited;
  }

  finish(stream: Stream, fields: FieldList): void {
    if (stream.queued !== undefined) {
      stream.trailers = fields;
      stream.stalledSinceMs = this.#events.now();
      return;
    }
    this.lastHeaders(stream.id, fields);
    this.#events.finished(stream);
  }

  /** Headers that end an answer. */
  lastHeaders(streamId: number, fields: FieldList): void {
    this.output.headers(streamId, this.#lastTrailers.of(fields, this.#encoder), true, this.#maxFrame);
  }

  /** Drops what is queued of a stream. */
  forget(stream: Stream): void {
    if (stream.queued === undefined) return;
    this.#forget(stream.queued);
    stream.queued = undefined;
    stream.trailers = undefined;
    this.#ready.delete(stream);
  }

  release(stream: Stream, bytes: number): void {
    this.output.windowUpdate(stream.id, bytes);
  }

  /** Opens the connection's window; false if it became too large. */
  grant(increment: number): boolean {
    this.window += increment;
    return this.window <= largestWindow;
  }

  /** Opens or closes a stream's window by so much; false if it became too large. */
  grantStream(stream: Stream, increment: number): boolean {
    stream.sendWindow += increment;
    if (stream.queued !== undefined && stream.sendWindow > 0) this.#ready.add(stream);
    return stream.sendWindow <= largestWindow;
  }

  /** Sends what can be sent of what waits, each stream in its turn. */
  resume(): void {
    for (const stream of this.#ready) {
      if (!this.#takesNow(1)) return;
      this.#ready.delete(stream);
      this.#advance(stream);
    }
  }

  #takesNow(length: number): boolean {
    return length <= this.window && !this.paused && this.output.length < highWaterBytes;
  }

  #advance(stream: Stream): void {
    const { queued } = stream;
    if (queued === undefined) return;
    const total = lengthOf(queued);
    const stop = Math.min(total, queued.sent + turnBytes);
    while (queued.sent < stop && this.window > 0 && stream.sendWindow > 0) {
      const length = Math.min(stop - queued.sent, this.#maxFrame, this.window, stream.sendWindow);
      this.output.part(stream.id, queued.prefix, queued.payload, queued.sent, queued.sent + length);
      queued.sent += length;
      this.window -= length;
      stream.sendWindow -= length;
      if (length >= dribbleBytes || queued.sent === total) this.#events.sentData();
    }
    if (stream.stalledSinceMs > 0) stream.stalledSinceMs = this.#events.now();
    if (queued.sent < total) {
      if (stream.sendWindow > 0) this.#ready.add(stream);
    } else {
      this.#handedOver(stream, queued);
    }
  }

  #forget(queued: QueuedBody): void {
    this.queuedBytes -= lengthOf(queued);
    this.#unsent.delete(queued.payload);
  }

  #handedOver(stream: Stream, queued: QueuedBody): void {
    this.#forget(queued);
    stream.queued = undefined;
    const { trailers } = stream;
    if (trailers === undefined) {
      if (queued.awaited) stream.receiver?.drained();
    } else {
      stream.trailers = undefined;
      this.finish(stream, trailers);
    }
  }
}

const lengthOf = ({ prefix, payload }: QueuedBody): number => prefix.length + payload.length;

/** The block last made, which is right again for the same list as long as the table has not changed. */
class EncodedBlock {
  #fields: FieldList | undefined;
  #version = -1;
  #block: Uint8Array = new Uint8Array();

  of(fields: FieldList, encoder: HpackEncoder): Uint8Array {
    if (fields === this.#fields && this.#version === encoder.version) return this.#block;
    const before = encoder.version;
    const block = encoder.encode(fields);
    // A block that changed the table would mean something else the next time.
    if (encoder.version === before) {
      this.#fields = fields;
      this.#version = before;
      this.#block = Uint8Array.from(block);
    }
    return block;
  }
}
