import {
  type ChangeStream,
  ConfigError,
  type FullStore,
  forward,
  type Store,
  type WatchEvent,
  type WatchFilter,
  type WatchOptions,
} from '@cfg/core';
import { PullStream, sleep } from '@cfg/core/store';

const calls = [
  ...['get', 'set', 'delete', 'find', 'versions', 'snapshot', 'revision', 'batch', 'restore', 'namespaces'],
  ...['setAlias', 'deleteAlias', 'getAlias', 'listAliases', 'stats', 'health'],
] as const;

/** The faults of a store, on demand. */
export class Faults {
  #error: Error | undefined;
  #next: Error[] = [];
  #delayMs = 0;
  readonly #streams = new Set<EndableStream>();

  /** From now on every call and every watch fails, until {@link recover}. Default: `unavailable`. */
  outage(error: Error = new ConfigError('unavailable', 'the server is away (as the test wants it)')): void {
    this.#error = error;
    this.cut(error);
  }

  /** The next call fails; several of these, the next several. */
  failNext(error: Error): void {
    this.#next.push(error);
  }

  /** Every call takes so long, in milliseconds of real time; 0: no longer. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** All watches are lost; they may be opened again. */
  cut(error: Error = new ConfigError('unavailable', 'the watch is lost (as the test wants it)')): void {
    for (const stream of this.#streams) stream.fail(error);
  }

  /** Everything works again. */
  recover(): void {
    this.#error = undefined;
    this.#next = [];
    this.#delayMs = 0;
  }

  /** A store that has these faults, over one that works. */
  over(inner: Store): FullStore {
    const methods = inner as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const own = calls.map((name) => [
      name,
      async (...args: unknown[]): Promise<unknown> => {
        if (this.#delayMs > 0) await sleep(this.#delayMs);
        const error = this.#next.shift() ?? this.#error;
        if (error !== undefined) throw error;
        return methods[name]?.call(inner, ...args);
      },
    ]);
    return forward(inner, {
      ...Object.fromEntries(own),
      watch: (filter, options) => this.#watch(inner, filter, options),
    });
  }

  #watch(inner: Store, filter: WatchFilter | undefined, options: WatchOptions | undefined): ChangeStream {
    const opened = inner.watch(filter, options);
    const stream = new EndableStream(opened, this.#error, () => this.#streams.delete(stream));
    this.#streams.add(stream);
    if (this.#error !== undefined) stream.close();
    return stream;
  }
}

/** A watch that can be made to fail. */
class EndableStream extends PullStream<WatchEvent> implements ChangeStream {
  readonly ready: Promise<void>;
  readonly #inner: ChangeStream;
  readonly #onEnd: () => void;
  readonly #failed: Promise<never>;
  #fail: (error: Error) => void = () => {};

  /** It has failed already where there is an error. */
  constructor(inner: ChangeStream, error: Error | undefined, onEnd: () => void) {
    super();
    this.#inner = inner;
    this.#onEnd = onEnd;
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => {});
    if (error !== undefined) this.#fail(error);
    this.ready = Promise.race([this.#failed, inner.ready]);
    this.ready.catch(() => {});
  }

  next(): Promise<IteratorResult<WatchEvent, void>> {
    return Promise.race([this.#failed, this.#inner.next()]);
  }

  fail(error: Error): void {
    this.#fail(error);
    this.close();
  }

  close(): void {
    this.#inner.close();
    this.#onEnd();
  }
}
