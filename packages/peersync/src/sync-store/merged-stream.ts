import type { ChangeStream, WatchEvent } from '@cfg/core';

type Result = IteratorResult<WatchEvent, void>;

const done: Result = { done: true, value: undefined };

/**
 * Several streams of changes as one: of each at most one event is read ahead. It ends with the first of them that ends,
 * with its error if it has one, so that nothing is missed in silence.
 */
export class MergedStream implements ChangeStream {
  readonly ready: Promise<void>;
  readonly #streams: readonly ChangeStream[];
  readonly #keep: (event: WatchEvent) => boolean;
  readonly #forget: (stream: MergedStream) => void;
  /** Streams whose next event has come, or that have ended. */
  readonly #arrived: { readonly stream: ChangeStream; readonly result: Result }[] = [];
  #end: { readonly error: unknown } | 'done' | undefined;
  #wake: (() => void) | undefined;
  #isReading = false;

  /** `keep` says which events are passed on; `forget` is called once, when the stream has ended. */
  constructor(
    streams: readonly ChangeStream[],
    keep: (event: WatchEvent) => boolean,
    forget: (stream: MergedStream) => void,
  ) {
    this.#streams = streams;
    this.#keep = keep;
    this.#forget = forget;
    this.ready = Promise.all(streams.map((stream) => stream.ready)).then(() => {});
    this.ready.catch(() => {});
  }

  get live(): boolean {
    return this.#streams.every(({ live }) => live !== false);
  }

  async next(): Promise<Result> {
    if (!this.#isReading) {
      this.#isReading = true;
      for (const stream of this.#streams) this.#read(stream);
    }
    for (;;) {
      const arrived = this.#arrived.shift();
      if (arrived !== undefined) {
        const { stream, result } = arrived;
        if (result.done) this.#finish('done');
        else {
          this.#read(stream);
          if (this.#keep(result.value)) return result;
        }
      } else if (this.#end === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if (this.#end === 'done') return done;
      else {
        const { error } = this.#end;
        this.#end = 'done';
        throw error;
      }
    }
  }

  close(): void {
    this.#arrived.length = 0;
    this.#finish('done');
  }

  /** Ends the stream with the error, after what has come already. */
  fail(error: unknown): void {
    this.#finish({ error });
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

  #read(stream: ChangeStream): void {
    stream.next().then(
      (result) => {
        if (this.#end !== undefined) return;
        this.#arrived.push({ stream, result });
        this.#wake?.();
      },
      (error: unknown) => this.#finish({ error }),
    );
  }

  #finish(end: { readonly error: unknown } | 'done'): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    for (const stream of this.#streams) stream.close();
    this.#forget(this);
    this.#wake?.();
  }
}
