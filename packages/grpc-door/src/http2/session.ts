import type { FieldList } from '../hpack/encoder.js';
import type { ConnectionLimits, LimitName, Meter } from './limits.js';
import { Output } from './output.js';
import { ErrorCode } from './protocol.js';
import { type LimitedFrame, RateLimits } from './rate-limits.js';
import { Sender, type SenderEvents } from './sender.js';
import type { SlabPool } from './slab-pool.js';
import type { Stream, StreamReceiver } from './stream.js';
import { StreamTable } from './stream-table.js';
import type { Unsent } from './unsent.js';

/** Who answers requests. */
export interface RequestHandler {
  /** A request has begun. Its body goes to what is returned. */
  open(stream: Stream): StreamReceiver;
  /** The answer to a request whose headers are larger than allowed. */
  readonly headersTooLarge: FieldList;
}

/** The surroundings of a connection: a socket, or a test. */
export interface ConnectionEdge {
  /** Frames wait in the output. */
  wake(): void;
  /** The connection is over: once what waits has been written, the socket is to be closed. */
  end(): void;
}

/** The parts that the connections of a server share. */
export interface ConnectionParts {
  readonly handler: RequestHandler;
  readonly limits: ConnectionLimits;
  readonly meter: Meter;
  readonly slabs: SlabPool;
  readonly unsent: Unsent;
}

/** The largest id that a stream can have: a GOAWAY that names it refuses none yet. */
const anyStream = 0x7fff_ffff;
/** Sent between the two GOAWAYs of a drain. */
export const drainPing: Buffer = Buffer.from('drained?');

/** The state that both sides of a connection share: its streams, what is sent, and how either ends. */
export class Session implements SenderEvents {
  readonly output: Output;
  readonly sender: Sender;
  readonly streams: StreamTable = new StreamTable();
  readonly handler: RequestHandler;
  readonly limits: ConnectionLimits;
  nowMs: number;
  /** Over: nothing is read any more. */
  closed = false;
  /** `asked`: the client has been told, and may not have heard yet; `announced`: new calls are refused. */
  drain: 'no' | 'asked' | 'announced' = 'no';
  #drainSinceMs = 0;
  #idle: () => void;
  #meter: Meter;
  #edge: ConnectionEdge;
  #rates: RateLimits;

  /** @param idle called when the last call has ended */
  constructor(
    { handler, limits, meter, slabs, unsent }: ConnectionParts,
    edge: ConnectionEdge,
    nowMs: number,
    idle: () => void,
  ) {
    this.handler = handler;
    this.limits = limits;
    this.nowMs = nowMs;
    this.output = new Output(slabs, () => edge.wake());
    this.sender = new Sender(this.output, limits, unsent, this);
    this.#idle = idle;
    this.#meter = meter;
    this.#edge = edge;
    this.#rates = new RateLimits(limits, nowMs);
  }

  limited(limit: LimitName): void {
    this.#meter.limited(limit);
  }

  /** Counts a frame that carries nothing; ends the connection, and returns false, if there are too many. */
  allows(frame: LimitedFrame): boolean {
    if (this.#rates.take(frame, this.nowMs)) return true;
    this.limited(frame);
    this.fail(ErrorCode.enhanceYourCalm, `too many ${frame}`);
    return false;
  }

  opened(stream: Stream): void {
    this.streams.add(stream);
    this.#meter.streamOpened();
  }

  /** Ends a stream for what its peer did. That counts as if the peer had reset it, for it can make us do it at will. */
  reject(id: number, code: ErrorCode): void {
    if (!this.allows('resets')) return;
    this.reset(id, code);
  }

  /** Ends a stream from our side. */
  reset(id: number, code: ErrorCode): void {
    this.output.resetStream(id, code);
    this.streams.abandon(id);
    const stream = this.streams.get(id);
    if (stream !== undefined) this.cancelled(stream);
  }

  /** A stream ended without its answer. */
  cancelled(stream: Stream): void {
    this.#forget(stream);
    stream.receiver?.cancelled();
  }

  // As the sender hears it

  finished(stream: Stream): void {
    if (!stream.remoteEnded) {
      // The client need not send the rest (RFC 9113, 8.1).
      this.output.resetStream(stream.id, ErrorCode.noError);
      this.streams.abandon(stream.id);
    }
    this.#forget(stream);
  }

  overflowed(stream: Stream, limit: 'queuedResponses' | 'queuedResponsesInAll'): void {
    this.limited(limit);
    stream.receiver?.overflowed();
  }

  sentData(): void {
    this.#rates.sentData();
  }

  now(): number {
    return this.nowMs;
  }

  /** Lets calls finish, and refuses others. The client is told twice, lest it lose a call that is under way to us. */
  beginDrain(): void {
    if (this.drain !== 'no' || this.closed) return;
    this.drain = 'asked';
    this.#drainSinceMs = this.nowMs;
    this.output.goaway(anyStream, ErrorCode.noError, '');
    this.output.ping(false, drainPing, 0);
  }

  /** The client has heard, or had the time to hear, that the connection ends. */
  announceDrain(): void {
    if (this.drain !== 'asked' || this.closed) return;
    this.drain = 'announced';
    this.output.goaway(this.streams.lastId, ErrorCode.noError, '');
    this.#shutIfDrained();
  }

  hasWaitedToAnnounce(): boolean {
    return this.drain === 'asked' && this.nowMs - this.#drainSinceMs >= this.limits.drainTimeoutMs;
  }

  /** The peer broke the protocol, or a limit: the connection ends. */
  fail(code: ErrorCode, reason: string): void {
    if (this.closed) return;
    this.#meter.connectionFailed();
    this.close(code, reason);
  }

  /** Ends the connection, and with it all calls that are under way. */
  close(code: ErrorCode, reason: string): void {
    if (this.closed) return;
    const cancelled = code === ErrorCode.cancel;
    if (cancelled) for (const { id } of this.streams.all()) this.output.resetStream(id, ErrorCode.cancel);
    this.output.goaway(this.streams.lastId, cancelled ? ErrorCode.noError : code, reason);
    this.shut();
  }

  /** Nothing can be read or sent any more. */
  shut(): void {
    if (this.closed) return;
    this.closed = true;
    for (const stream of [...this.streams.all()]) this.cancelled(stream);
    this.#edge.end();
  }

  #forget(stream: Stream): void {
    stream.closed = true;
    this.sender.forget(stream);
    if (!this.streams.delete(stream)) return;
    this.#meter.streamClosed();
    if (this.streams.size > 0) return;
    this.#idle();
    this.#shutIfDrained();
  }

  #shutIfDrained(): void {
    if (this.drain === 'announced' && this.streams.size === 0) this.shut();
  }
}
