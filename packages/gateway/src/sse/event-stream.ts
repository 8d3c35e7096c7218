import type { ServerResponse } from 'node:http';
import { heartbeatFrame, helloFrame, idFrame } from './frame.js';

export interface EventStreamOptions {
  readonly heartbeatIntervalMs: number;
  readonly retryMs: number;
}

/** The socket's side of a stream of events. Holds no queue: who writes waits while the socket is full. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #options: EventStreamOptions;
  #heartbeat: NodeJS.Timeout | undefined;
  #lastId = '';

  constructor(response: ServerResponse, options: EventStreamOptions) {
    this.#response = response;
    this.#options = options;
  }

  get begun(): boolean {
    return this.#response.headersSent;
  }

  /** Sends the headers and the greeting. Once is enough. */
  begin(): void {
    if (this.begun) return;
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-store',
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    });
    this.#response.write(helloFrame(this.#options.retryMs));
    this.#heartbeat = setInterval(() => this.#beat(), this.#options.heartbeatIntervalMs);
  }

  /** Writes a block, which tells the client the place `id`. A promise if the socket is full: wait for it. */
  write(frame: Buffer | string, id: string = this.#lastId): Promise<void> | undefined {
    this.#lastId = id;
    return this.#response.write(frame) ? undefined : writable(this.#response);
  }

  /** Tells the client that it has seen everything up to `id`, if it does not know. */
  advance(id: string): Promise<void> | undefined {
    return id === this.#lastId ? undefined : this.write(idFrame(id), id);
  }

  /** Ends the stream, after a last block if there is something to say. */
  end(frame = ''): void {
    clearInterval(this.#heartbeat);
    this.#response.end(frame);
  }

  #beat(): void {
    // A socket that is full tells by itself whether the client is alive.
    if (this.#response.writableNeedDrain) return;
    this.#response.write(this.#lastId === '' ? heartbeatFrame : heartbeatFrame + idFrame(this.#lastId));
  }
}

function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
    if (response.destroyed) done();
  });
}
