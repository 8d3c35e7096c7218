import type { FieldList } from '../hpack/encoder.js';
import type { RequestHead } from './request-head.js';

/** Who takes the body of a request, and answers it. */
export interface StreamReceiver {
  /** Whether the request must end within `requestTimeoutMs`; false for one whose messages may come at any time. */
  readonly mustEnd: boolean;
  /**
   * A piece of the body: `bytes` from `start` to `end`, never empty. What has been dealt with is told to
   * {@link Stream.release}, or the peer must stop.
   */
  data(bytes: Buffer, start: number, end: number): void;
  /** The body is complete. */
  end(): void;
  /** A message that could not be sent at once has been handed over: another may be sent. */
  drained(): void;
  /** A message cannot be sent, because too much waits to be sent already. */
  overflowed(): void;
  /** The peer has left, or was cut off: nothing can be sent any more. */
  cancelled(): void;
}

/** Sends a stream's answer, as far as the connection allows. */
export interface StreamSender {
  /** The window that a new stream begins with. */
  readonly initialWindow: number;
  headers(stream: Stream, fields: FieldList): void;
  message(stream: Stream, payload: Uint8Array, compressed: boolean): boolean;
  body(stream: Stream, prefix: Uint8Array, payload: Uint8Array): boolean;
  finish(stream: Stream, fields: FieldList): void;
  /** Drops what is queued. */
  forget(stream: Stream): void;
  /** Lets the peer send so much more. */
  release(stream: Stream, bytes: number): void;
}

/** A piece of an answer's body of which some has not been sent yet: a message with its prefix, mostly. */
export interface QueuedBody {
  readonly prefix: Uint8Array;
  readonly payload: Uint8Array;
  /** How much of both has been sent. */
  sent: number;
  /** Who sent it was told to wait until it has been handed over. */
  awaited: boolean;
}

const nothing = new Uint8Array();

/** One request and its answer. */
export class Stream {
  readonly id: number;
  readonly head: RequestHead;
  readonly openedAtMs: number;
  receiver: StreamReceiver | undefined = undefined;
  /** How much of the body has come. */
  bodyBytes = 0;
  /** The peer has said all. */
  remoteEnded = false;
  closed = false;
  headersSent = false;
  /** The bytes that we may send. */
  sendWindow: number;
  queued: QueuedBody | undefined = undefined;
  /** The trailers that end the answer, once everything queued has been sent. */
  trailers: FieldList | undefined = undefined;
  /** When the answer was complete, while it waits for the peer's window; 0 if it does not. */
  stalledSinceMs = 0;
  /** The bytes that the peer may send, and those it sent that were dealt with and have not been granted again. */
  #receiveWindow: number;
  #owed = 0;
  #sender: StreamSender;
  #reset: (stream: Stream) => void;

  constructor(
    id: number,
    head: RequestHead,
    sender: StreamSender,
    windowBytes: number,
    nowMs: number,
    reset: (stream: Stream) => void,
  ) {
    this.id = id;
    this.head = head;
    this.openedAtMs = nowMs;
    this.sendWindow = sender.initialWindow;
    this.#sender = sender;
    this.#receiveWindow = windowBytes;
    this.#reset = reset;
  }

  /** The headers of the answer, before its first message. */
  sendHeaders(fields: FieldList): void {
    if (!this.closed) this.#sender.headers(this, fields);
  }

  /**
   * A message. Returns whether all of it could be handed over; if not, no other may be sent until `drained` is called.
   * The bytes must not change any more.
   */
  sendMessage(payload: Uint8Array, compressed: boolean): boolean {
    return this.closed || this.#sender.message(this, payload, compressed);
  }

  /** A body that is not a gRPC message. As {@link sendMessage}. */
  sendBody(bytes: Uint8Array): boolean {
    return this.closed || this.#sender.body(this, nothing, bytes);
  }

  /** Ends the answer, after what is queued. Without headers before, these are both. */
  finish(fields: FieldList): void {
    if (!this.closed) this.#sender.finish(this, fields);
  }

  /** Ends the answer at once, whatever is queued. A message of which a part was sent cannot be followed by anything. */
  abandon(fields: FieldList): void {
    if (this.queued !== undefined && this.queued.sent > 0) {
      this.cancel();
      return;
    }
    this.#sender.forget(this);
    this.finish(fields);
  }

  /** Tells the peer that the call is over without an answer. */
  cancel(): void {
    if (!this.closed) this.#reset(this);
  }

  /** Takes note of a DATA frame; false if the peer was not allowed so much. */
  receive(length: number): boolean {
    this.#receiveWindow -= length;
    return this.#receiveWindow >= 0;
  }

  /** So much of the body was dealt with: the peer may send as much again, which it is told in larger portions. */
  release(length: number): void {
    if (this.remoteEnded || this.closed) return;
    this.#owed += length;
    if (this.#owed < this.#receiveWindow) return;
    this.#sender.release(this, this.#owed);
    this.#receiveWindow += this.#owed;
    this.#owed = 0;
  }
}
