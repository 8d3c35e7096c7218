import type { ChangeStream, WatchEvent } from '@cfg/core';

type Result = IteratorResult<WatchEvent, void>;

const done: Result = { done: true, value: undefined };

/** A stream that has yet to be found: what is wrong with that comes with the first `next()`. */
export class OpeningStream implements ChangeStream {
  readonly ready: Promise<void>;
  readonly #opening: Promise<ChangeStream>;
  #stream: ChangeStream | undefined;
  #isClosed = false;

  constructor(opening: Promise<ChangeStream>) {
    this.#opening = opening;
    this.ready = opening.then((stream) => {
      this.#stream = stream;
      if (this.#isClosed) stream.close();
      return stream.ready;
    });
    this.ready.catch(() => {});
  }

  get live(): boolean {
    return this.#stream?.live !== false;
  }

  async next(): Promise<Result> {
    if (this.#isClosed) return done;
    const stream = this.#stream ?? (await this.#opening);
    return this.#isClosed ? done : stream.next();
  }

  close(): void {
    this.#isClosed = true;
    this.#stream?.close();
  }

  return(): Promise<Result> {
    this.close();
    return Promise.resolve(done);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
