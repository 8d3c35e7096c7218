import { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { heartbeatFrame, helloFrame, idFrame, resetFrame } from './frame.js';

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
  /** Where blocks are written: the connection itself, where nothing comes between. */
  #out: Writable;
  readonly #options: EventStreamOptions;
  readonly #headers: Readonly<Record<string, string>>;
  /** Called when the client was too slow; the stream is over then. */
  onLag: () => void = () => {};
  /** Where a client is that has taken everything; the heartbeat tells it. */
  place: () => string = () => this.#lastId;
  #heartbeat: NodeJS.Timeout | undefined;
  #lag: NodeJS.Timeout | undefined;
  #lastId = '';
  #ended = false;

  /** `headers` go out with the stream's own. */
  constructor(response: ServerResponse, options: EventStreamOptions, headers: Readonly<Record<string, string>>) {
    this.#response = response;
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
    const isAlone = this.#response.req.httpVersionMajor === 1;
    if (isAlone) this.#response.removeHeader('transfer-encoding');
    this.#response.writeHead(200, {
      ...(isAlone && { connection: 'close' }),
      'content-type': 'text/event-stream',
      // What compresses on the way would hold events back.
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
    return this.#out.write(frame) ? undefined : this.#writable();
  }

  /** What is written up to {@link uncork} goes out at once. */
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
  }

  /** Ends the stream so that the client comes back and reads everything anew. */
  endTooSlow(): void {
    if (this.#ended) return;
    this.end(resetFrame('CLIENT_TOO_SLOW'));
    this.onLag();
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

  /** Resolves when the socket takes more, and when it never will. */
  #writable(): Promise<void> {
    const out = this.#out;
    const { maxLagMs } = this.#options;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(this.#lag);
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
