import type { ServerResponse } from 'node:http';
import { heartbeatFrame, helloFrame, idFrame, resetFrame } from './frame.js';

export interface EventStreamOptions {
  readonly heartbeatIntervalMs: number;
  readonly retryMs: number;
  /** How long a client may leave its socket full; 0: for ever. */
  readonly maxLagMs: number;
}

/** The socket's side of a stream of events. Holds no queue: who writes waits while the socket is full. */
export class EventStream {
  readonly #response: ServerResponse;
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
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream',
      // What compresses on the way would hold events back.
      'cache-control': 'no-cache, no-store, no-transform',
      'x-accel-buffering': 'no',
      ...this.#headers,
    });
    this.#response.write(helloFrame(this.#options.retryMs));
    if (!this.#response.closed) this.#heartbeat = setInterval(() => this.#beat(), this.#options.heartbeatIntervalMs);
  }

  /** Writes a block, which tells the client the place `id`. A promise if the socket is full: wait for it. */
  write(frame: Buffer | string, id: string = this.#lastId): Promise<void> | undefined {
    if (this.#ended) return undefined;
    this.#lastId = id;
    return this.#response.write(frame) ? undefined : this.#writable();
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
    if (this.#response.writableNeedDrain) return;
    this.#lastId = this.place();
    this.#response.write(this.#lastId === '' ? heartbeatFrame : heartbeatFrame + idFrame(this.#lastId));
  }

  #stopTimers(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#lag);
  }

  /** Resolves when the socket takes more, and when it never will. */
  #writable(): Promise<void> {
    const response = this.#response;
    const { maxLagMs } = this.#options;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(this.#lag);
        response.off('drain', done).off('close', done);
        resolve();
      };
      if (maxLagMs > 0) {
        this.#lag = setTimeout(() => {
          this.endTooSlow();
          done();
        }, maxLagMs);
      }
      response.on('drain', done).on('close', done);
      if (response.destroyed) done();
    });
  }
}
