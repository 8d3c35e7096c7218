import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Unsent } from '../unsent.js';
import { heartbeatFrame, helloFrame, idFrame, resetFrame } from './frame.js';

/** How long the last words to a client may wait for it to read, in milliseconds. */
const lastWordMs = 60_000;

export interface EventStreamOptions {
  readonly heartbeatIntervalMs: number;
  readonly retryMs: number;
  /** How long a client may leave its socket full; 0: for ever. */
  readonly maxLagMs: number;
}

const { write } = ServerResponse.prototype;

/** The socket's side of a stream of events. Holds no queue: who writes waits while the socket is full. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #socket: Socket | null;
  /** Where blocks are written: the connection itself, where nothing comes between. */
  #out: Writable;
  readonly #options: EventStreamOptions;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #unsent: Unsent;
  /** Called when the client was too slow; the stream is over then. */
  onLag: () => void = () => {};
  /** Where a client is that has taken everything; the heartbeat tells it. */
  place: () => string = () => this.#lastId;
  #heartbeat: NodeJS.Timeout | undefined;
  #lag: NodeJS.Timeout | undefined;
  #lastId = '';
  #ended = false;

  /** `headers` go out with the stream's own. */
  constructor(
    response: ServerResponse,
    options: EventStreamOptions,
    headers: Readonly<Record<string, string>>,
    unsent: Unsent,
  ) {
    this.#response = response;
    this.#socket = response.socket;
    this.#unsent = unsent;
    this.#out = response;
    this.#options = options;
    this.#headers = headers;
    response.once('close', () => this.#stopTimers());
  }

  get begun(): boolean {
    return this.#response.headersSent;
  }

  /** Sends the headers and the greeting. Once is enough. */
  begin(): void {
    if (this.begun) return;
    // The stream's end is the connection's: a block is written as it is, shared by all, and not as a chunk of its own.
    const isAlone = this.#isAlone;
    if (isAlone) this.#response.removeHeader('transfer-encoding');
    this.#response.writeHead(200, {
      ...(isAlone && { connection: 'close' }),
      'content-type': 'text/event-stream',
      // A compressing proxy on the way would hold events back.
      'cache-control': 'no-cache, no-store, no-transform',
      'x-accel-buffering': 'no',
      ...this.#headers,
    });
    this.#response.write(helloFrame(this.#options.retryMs));
    if (isAlone && this.#response.write === write && this.#response.socket !== null) this.#out = this.#response.socket;
    if (!this.#response.closed) this.#heartbeat = setInterval(() => this.#beat(), this.#options.heartbeatIntervalMs);
  }

  /** Writes a block, which tells the client the place `id`. A promise if the socket is full: wait for it. */
  write(frame: Buffer | string, id: string = this.#lastId): Promise<void> | undefined {
    if (this.#ended) return undefined;
    this.#lastId = id;
    return this.#out.write(frame) ? undefined : this.#writable(frame);
  }

  /** Gathers the writes up to {@link uncork}, which go out at once. */
  cork(): void {
    this.#out.cork();
  }

  uncork(): void {
    this.#out.uncork();
  }

  /** Tells the client that it has seen everything up to `id`, if it does not know. */
  advance(id: string): Promise<void> | undefined {
    return id === this.#lastId ? undefined : this.write(idFrame(id), id);
  }

  /** Ends the stream, after a last block if there is something to say. */
  end(frame = ''): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopTimers();
    this.#response.end(frame);
    // A client that does not read what was sent last is not waited for for ever.
    if (this.#isAlone) this.#socket?.setTimeout(lastWordMs, () => this.#cut());
  }

  /** Ends the stream so that the client comes back and reads everything anew. */
  endTooSlow(): void {
    if (this.#ended) return;
    this.end(resetFrame('CLIENT_TOO_SLOW'));
    this.onLag();
  }

  /** Whether the connection has no other requests: the response leaves it as soon as it is written, be it read or not. */
  get #isAlone(): boolean {
    return this.#response.req.httpVersionMajor === 1;
  }

  #cut(): void {
    if (this.#isAlone) this.#socket?.destroy();
    else this.#response.destroy();
  }

  #beat(): void {
    // A socket that is full tells by itself whether the client is alive.
    if (this.#out.writableNeedDrain) return;
    this.#lastId = this.place();
    this.#out.write(this.#lastId === '' ? heartbeatFrame : heartbeatFrame + idFrame(this.#lastId));
  }

  #stopTimers(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#lag);
  }

  /** Resolves when the socket takes more, and when it never will. `frame` waits meanwhile, if there is room for it. */
  #writable(frame: Buffer | string): Promise<void> {
    const out = this.#out;
    const release = typeof frame === 'string' ? this.#unsent.tryHold(frame.length) : this.#unsent.tryHold(0, [frame]);
    if (release === undefined) {
      this.endTooSlow();
      this.#cut();
      return Promise.resolve();
    }
    const { maxLagMs } = this.#options;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(this.#lag);
        release();
        out.off('drain', done).off('close', done);
        resolve();
      };
      if (maxLagMs > 0) {
        this.#lag = setTimeout(() => {
          this.endTooSlow();
          done();
        }, maxLagMs);
      }
      out.on('drain', done).on('close', done);
      if (out.destroyed) done();
    });
  }
}
