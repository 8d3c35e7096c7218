import http, { type IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';

export interface SseEvent {
  readonly id?: string | undefined;
  readonly event?: string | undefined;
  readonly data?: Record<string, unknown>;
  readonly comment?: string;
  readonly retry?: number;
}

/** A client of server-sent events that can say everything, and can stop reading. */
export class SseClient implements Disposable {
  readonly response: IncomingMessage;
  /** All that was read. */
  text = '';
  /** The id of the last block that had one: what an EventSource would reconnect with. */
  lastEventId = '';
  ended = false;
  #blocks: SseEvent[] = [];
  #parser = createParser({
    onEvent: ({ data, ...rest }) => this.#blocks.push({ ...rest, data: JSON.parse(data) as Record<string, unknown> }),
    onComment: (comment) => this.#blocks.push({ comment }),
    onRetry: (retry) => this.#blocks.push({ retry }),
  });
  #rest = '';
  #wake: () => void = () => {};

  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.#read(chunk));
    response.on('error', () => this.#end());
    response.on('close', () => this.#end());
  }

  static open(base: string, query = '', headers: Record<string, string> = {}): Promise<SseClient> {
    return new Promise((resolve, reject) => {
      const request = http.get(`${base}/v1/watch${query}`, { headers, agent: false }, (response) => {
        resolve(new SseClient(response));
      });
      request.on('error', reject);
    });
  }

  /** The next block; fails if the stream ends before. */
  async next(): Promise<SseEvent> {
    for (;;) {
      const block = this.#blocks.shift();
      if (block) return block;
      if (this.ended) throw new Error(`the stream ended after ${JSON.stringify(this.text.slice(-200))}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The next block with an event in it. */
  async event(): Promise<SseEvent> {
    for (;;) {
      const block = await this.next();
      if (block.event !== undefined) return block;
    }
  }

  /** All text, at the end of the stream. */
  async whole(): Promise<string> {
    await this.end();
    return this.text;
  }

  /** Waits for the end of the stream. */
  async end(): Promise<void> {
    while (!this.ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  [Symbol.dispose](): void {
    this.response.destroy();
  }

  #read(chunk: string): void {
    this.text += chunk;
    const blocks = (this.#rest + chunk).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      // A heartbeat has one line end, so that the next block follows at once.
      const rest = block.replace(/^: heartbeat\n/, () => {
        this.#blocks.push({ comment: 'heartbeat' });
        return '';
      });
      if (rest === '') continue;
      const before = this.#blocks.length;
      this.#parser.feed(`${rest}\n\n`);
      // Of a block that is only an id, a client takes note in silence.
      if (this.#blocks.length === before) this.#blocks.push({ id: rest.replace(/^id: /, '') });
      this.lastEventId = this.#blocks.at(-1)?.id ?? this.lastEventId;
    }
    this.#wake();
  }

  #end(): void {
    this.ended = true;
    this.#wake();
  }
}
