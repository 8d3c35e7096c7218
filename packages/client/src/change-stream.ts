import type { ChangeStream, WatchEvent } from '@cfg/core';
import { PullStream } from '@cfg/core/store';

/** Yields the events, and tells `onLive` whether every change from then on will be among them. Ends with `signal`. */
export type Source = (
  signal: AbortSignal,
  onLive: (live: boolean) => void,
) => AsyncGenerator<WatchEvent, void, undefined>;

/**
 * A {@link ChangeStream} that reads ahead of its consumer, up to `bufferSize` events. When they are not taken it stops
 * reading the source (backpressure).
 */
export class BufferedChangeStream extends PullStream<WatchEvent> implements ChangeStream {
  readonly ready: Promise<void>;
  readonly #buffer: WatchEvent[] = [];
  readonly #bufferSize: number;
  readonly #controller = new AbortController();
  readonly #release: () => void;
  #live = false;
  #end: { readonly error?: unknown } | undefined;
  #reader: (() => void) | undefined;
  #room: (() => void) | undefined;

  /** Starts to read at once. Ends with `signal` as with `close()`. */
  constructor(source: Source, bufferSize: number, signal: AbortSignal | undefined) {
    super();
    this.#bufferSize = bufferSize;
    const onAbort = (): void => this.close();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#release = () => signal?.removeEventListener('abort', onAbort);
    this.ready = new Promise((resolve, reject) => {
      const onLive = (live: boolean): void => {
        this.#live = live;
        if (live) resolve();
      };
      void this.#read(source, onLive).then(resolve, reject);
    });
    this.ready.catch(() => {});
    if (signal?.aborted) this.close();
  }

  get live(): boolean {
    return this.#live && this.#end === undefined;
  }

  async next(): Promise<IteratorResult<WatchEvent, void>> {
    while (this.#buffer.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#reader = resolve;
      });
    }
    const event = this.take();
    if (event !== undefined) return { done: false, value: event };
    const end = this.#end;
    this.#end = {};
    if (end !== undefined && 'error' in end) throw end.error;
    return { done: true, value: undefined };
  }

  take(): WatchEvent | undefined {
    const event = this.#buffer.shift();
    if (event !== undefined) this.#room?.();
    return event;
  }

  /** Drops the changes that were read ahead. */
  close(): void {
    this.#finish({});
    this.#buffer.length = 0;
    this.#controller.abort();
    this.#room?.();
  }

  /** Rejects with what the source fails with, which is also what the consumer gets after the events before it. */
  async #read(source: Source, onLive: (live: boolean) => void): Promise<void> {
    const { signal } = this.#controller;
    try {
      // Not in the constructor's turn, so that a source may use what its maker is about to set.
      await null;
      if (signal.aborted) return;
      for await (const event of source(signal, onLive)) {
        if (signal.aborted) return;
        this.#buffer.push(event);
        this.#reader?.();
        while (this.#buffer.length >= this.#bufferSize && !signal.aborted) await this.#roomAgain();
      }
      this.#finish({});
    } catch (error) {
      if (signal.aborted) return;
      this.#finish({ error });
      throw error;
    }
  }

  #roomAgain(): Promise<void> {
    return new Promise((resolve) => {
      this.#room = resolve;
    });
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end ??= end;
    this.#release();
    this.#reader?.();
  }
}
