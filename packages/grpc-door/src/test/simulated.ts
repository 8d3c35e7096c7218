import { HpackDecoder } from '../hpack/decoder.js';
import type { FieldList } from '../hpack/encoder.js';
import { Connection } from '../http2/connection.js';
import type { LimitName } from '../http2/limits.js';
import { FrameType } from '../http2/protocol.js';
import type { RequestHandler } from '../http2/session.js';
import { SlabPool } from '../http2/slab-pool.js';
import type { Stream, StreamReceiver } from '../http2/stream.js';
import { Unsent } from '../http2/unsent.js';
import { completeOptions, type DoorOptions } from '../options.js';
import { type Frame, framesOf, Headers, hello } from './frames.js';

/** A request as the handler of a simulated connection got it. */
export class Received implements StreamReceiver {
  readonly mustEnd = true;
  readonly stream: Stream;
  body: Buffer = Buffer.alloc(0);
  ended = false;
  wasCancelled = false;
  drains = 0;
  overflows = 0;
  /** Whether it tells that it dealt with what came. */
  releases = true;

  constructor(stream: Stream) {
    this.stream = stream;
  }

  data(bytes: Buffer, start: number, end: number): void {
    this.body = Buffer.concat([this.body, bytes.subarray(start, end)]);
    if (this.releases) this.stream.release(end - start);
  }

  end(): void {
    this.ended = true;
  }

  drained(): void {
    this.drains += 1;
  }

  overflowed(): void {
    this.overflows += 1;
    this.stream.abandon(okTrailers);
  }

  cancelled(): void {
    this.wasCancelled = true;
  }
}

export const okHeaders: FieldList = [':status', '200', 'content-type', 'application/grpc'];
export const okTrailers: FieldList = ['grpc-status', '0'];

/** A connection without a socket, whose time is what the test says, and the requests that came. */
export class Simulated implements RequestHandler {
  readonly connection: Connection;
  readonly requests: Received[] = [];
  readonly headers: Headers = new Headers();
  readonly limits: LimitName[] = [];
  readonly headersTooLarge: FieldList = ['grpc-status', '8'];
  nowMs = 1;
  ended = false;
  #decoder = new HpackDecoder({ tableBytes: 4096, listBytes: 1_000_000 });

  /** @param greeted whether the client's first frames have come, and ours been read */
  constructor(options: DoorOptions = {}, greeted = true) {
    const meter = {
      limited: (limit: LimitName) => void this.limits.push(limit),
      streamOpened() {},
      streamClosed() {},
      connectionFailed() {},
    };
    const edge = {
      wake() {},
      end: () => {
        this.ended = true;
      },
    };
    const settings = completeOptions(options);
    const parts = {
      handler: this,
      limits: settings,
      meter,
      slabs: new SlabPool(),
      unsent: new Unsent(settings.maxQueuedResponseBytesInAll),
    };
    this.connection = new Connection(parts, edge, this.nowMs);
    if (!greeted) return;
    this.send(hello);
    this.read();
  }

  open(stream: Stream): StreamReceiver {
    const request = new Received(stream);
    this.requests.push(request);
    return request;
  }

  /** The client sends. */
  send(...bytes: Buffer[]): this {
    this.connection.receive(Buffer.concat(bytes), this.nowMs);
    return this;
  }

  /** The bytes that the server wrote since the last time, as on a socket that takes everything. */
  read(): Frame[] {
    const frames = framesOf(Buffer.concat(this.connection.take()));
    this.connection.written();
    return frames;
  }

  /** As {@link read}, until there is nothing more. */
  readAll(): Frame[] {
    const frames: Frame[] = [];
    while (this.connection.waiting > 0) frames.push(...this.read());
    return frames;
  }

  /** Lets time pass, and timeouts with it. */
  pass(ms: number): this {
    this.nowMs += ms;
    this.connection.tick(this.nowMs);
    return this;
  }

  /** The fields of a HEADERS frame; in the order in which they were sent. */
  fields(frame: Frame): Record<string, string> {
    if (frame.type !== FrameType.headers) throw new Error('not HEADERS');
    const { fields } = this.#decoder.decode(frame.payload, 0, frame.payload.length);
    return Object.fromEntries(fields ?? []);
  }

  get last(): Received {
    return this.requests.at(-1) as Received;
  }
}
