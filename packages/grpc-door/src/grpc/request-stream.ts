/** A message of the connection, or the promise of one that is still being decompressed. */
export type Incoming = Uint8Array | Promise<Uint8Array>;

export interface RequestStreamOptions {
  readonly deserialize: (bytes: Uint8Array) => unknown;
  /** All messages that had come have been read: the peer may send more. */
  readonly emptied: () => void;
}

type Result = IteratorResult<unknown, undefined>;

const ended: Result = { done: true, value: undefined };

/** A caller's messages, as a handler reads them. What the caller may send ahead is bounded by its window. */
export class RequestStream implements AsyncIterableIterator<unknown, undefined, undefined> {
  #options: RequestStreamOptions;
  #messages: Incoming[] = [];
  #ended = false;
  #fault: Error | undefined;
  #waiting: PromiseWithResolvers<Result>[] = [];

  constructor(options: RequestStreamOptions) {
    this.#options = options;
  }

  /** Whether nothing waits to be read. */
  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  push(message: Incoming): void {
    if (this.#ended || this.#fault !== undefined) return;
    const reader = this.#waiting.shift();
    if (reader === undefined) this.#messages.push(message);
    else reader.resolve(this.#read(message));
  }

  /** The caller has sent all. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#waiting.splice(0)) reader.resolve(ended);
  }

  /** The call is over: what was not read is gone. */
  fail(error: Error): void {
    this.#fault ??= error;
    this.#messages.length = 0;
    for (const reader of this.#waiting.splice(0)) reader.reject(error);
  }

  next(): Promise<Result> {
    const message = this.#messages.shift();
    if (message !== undefined) {
      if (this.#messages.length === 0) this.#options.emptied();
      return this.#read(message);
    }
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    if (this.#ended) return Promise.resolve(ended);
    const reader = Promise.withResolvers<Result>();
    reader.promise.catch(() => {}); // a handler may have stopped to wait for it
    this.#waiting.push(reader);
    return reader.promise;
  }

  /** The handler wants no more: what comes is dropped. */
  async return(): Promise<Result> {
    this.end();
    this.#messages.length = 0;
    this.#options.emptied();
    return ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #read(message: Incoming): Promise<Result> {
    return { done: false, value: this.#options.deserialize(await message) };
  }
}
