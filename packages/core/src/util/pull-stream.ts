/**
 * A stream that one reader pulls. Closing it ends it at once: also before the first `next()`, and while one waits, which
 * then is done. (`return()` of an async generator waits for `next()` to settle, and one that was never started releases
 * nothing.)
 */
export abstract class PullStream<T> implements AsyncIterableIterator<T, void, undefined>, AsyncDisposable {
  abstract next(): Promise<IteratorResult<T, void>>;

  /** Ends the stream and releases what it holds. Closing twice is fine. */
  abstract close(): void;

  async return(): Promise<IteratorResult<T, void>> {
    this.close();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** A generator's values as a {@link PullStream}. */
export class GeneratedStream<T> extends PullStream<T> {
  readonly #controller = new AbortController();
  readonly #values: AsyncGenerator<T, void, undefined>;

  /** `values` ends soon after its signal fires: on `close()`, or with `signal`. */
  constructor(values: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>, signal?: AbortSignal | undefined) {
    super();
    const { signal: closed } = this.#controller;
    this.#values = values(signal === undefined ? closed : AbortSignal.any([signal, closed]));
  }

  async next(): Promise<IteratorResult<T, void>> {
    try {
      return await this.#values.next();
    } catch (error) {
      if (this.#controller.signal.aborted) return { done: true, value: undefined };
      throw error;
    }
  }

  close(): void {
    this.#controller.abort();
    this.#values.return().catch(() => {});
  }
}
