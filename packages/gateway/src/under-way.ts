/** A request with a limit of time. */
export interface Timed {
  /** When it came in, by `performance.now()`. */
  readonly startedMs: number;
  /** Its time is over. */
  expire(): void;
  cancel(): void;
}

/**
 * The requests under way, the oldest first, and the limit of time that all of them have. One timer stands for all: it
 * waits for the oldest.
 */
export class UnderWay {
  readonly #limitMs: number;
  readonly #requests = new Set<Timed>();
  readonly #streams = new Set<Timed>();
  #timer: NodeJS.Timeout | undefined;
  #onIdle: (() => void) | undefined;

  /** @param limitMs 0: none */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  add(request: Timed): void {
    this.#requests.add(request);
    if (this.#timer === undefined && this.#limitMs > 0) this.#wait(this.#limitMs);
  }

  /** The request's answer is a stream, which lasts as long as it likes. */
  goesOn(request: Timed): void {
    this.#requests.delete(request);
    this.#streams.add(request);
  }

  delete(request: Timed): void {
    if (!this.#requests.delete(request)) this.#streams.delete(request);
    if (this.#onIdle !== undefined && this.#isIdle) this.#onIdle();
  }

  endStreams(): void {
    for (const stream of this.#streams) stream.cancel();
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    if (this.#isIdle) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  get #isIdle(): boolean {
    return this.#requests.size === 0 && this.#streams.size === 0;
  }

  #wait(delayMs: number): void {
    this.#timer = setTimeout(() => this.#expire(), delayMs).unref();
  }

  /** Ends those whose time is over, and waits for the next. */
  #expire(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const request of this.#requests) {
      const leftMs = request.startedMs + this.#limitMs - now;
      if (leftMs > 0) {
        this.#wait(Math.ceil(leftMs));
        return;
      }
      request.expire();
    }
  }
}
