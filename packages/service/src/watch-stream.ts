import type { Change, ChangeStream, WatchEvent } from '@cfg/core';
import { ConfigError } from '@cfg/core';
import { type Maybe, WriteEnds } from '@cfg/core/store';
import type { Encoded, WatchResponse } from '@cfg/proto';
import type { Call } from './call.js';
import { callEnded, untilAborted } from './deadline.js';
import type { Draining, Endable } from './draining.js';
import type { Encoder } from './encoder.js';
import type { Environment } from './environment.js';
import { isPromise } from './maybe.js';

/** Ready bytes stand for their message: the service definition sends them as they are. */
type Result = IteratorResult<WatchResponse, void>;

const answerOf = (answer: Encoded<WatchResponse>): WatchResponse => answer as never;

const resultOf = (answer: Encoded<WatchResponse>): Result => ({ done: false, value: answerOf(answer) });

/** The changes that a watch sends on. */
export interface OpenedWatch {
  readonly stream: ChangeStream;
  /** The part of the event that the caller may see; `undefined`: nothing. */
  readonly shows: (event: WatchEvent) => Maybe<WatchEvent | undefined>;
}

/** Opens the watch; throws if the caller may not have it. */
export type OpenWatch = (signal: AbortSignal) => Promise<OpenedWatch>;

/**
 * The answers to one watcher. Written by hand rather than as a generator: an event that is at hand costs one promise. It
 * ends by itself only with an error, because a client takes a stream that ends without one as final.
 */
export class WatchStream implements AsyncIterableIterator<WatchResponse, void, undefined>, Endable {
  #open: OpenWatch;
  #call: Call;
  #draining: Draining;
  #encoder: Encoder;
  #stream: ChangeStream | undefined;
  #shows: OpenedWatch['shows'] = () => undefined;
  #ends = new WriteEnds();
  #fault: unknown;
  /** Of an event that was taken, whether the caller may see it is still being decided. */
  #deciding: Promise<Result> | undefined;
  #done = false;
  #stop = new AbortController();

  constructor({ draining, encoder }: Environment, call: Call, open: OpenWatch) {
    this.#open = open;
    this.#call = call;
    this.#draining = draining;
    this.#encoder = encoder;
  }

  next(): Promise<Result> {
    const answer = this.take();
    if (answer !== undefined) return Promise.resolve({ done: false, value: answer });
    const deciding = this.#deciding;
    this.#deciding = undefined;
    if (deciding !== undefined) return deciding;
    const stream = this.#stream;
    if (stream === undefined || this.#done) return this.#begin();
    if (this.#fault !== undefined) return this.#failed(this.#fault);
    return stream.next().then(this.#received, this.#failed);
  }

  /** The next answer if it is at hand. */
  take(): WatchResponse | undefined {
    const stream = this.#stream;
    if (stream === undefined || this.#isOver || this.#deciding !== undefined) return undefined;
    for (;;) {
      const last = this.#ends.take();
      if (last !== undefined) return answerOf(this.#encoder.event(last));
      const event = stream.take?.();
      if (event === undefined) return undefined;
      const shown = this.#shows(event);
      if (isPromise(shown)) {
        this.#deciding = this.#decided(event, shown);
        this.#deciding.catch(() => {});
        return undefined;
      }
      const due = this.#pass(event, shown);
      if (due !== undefined) return answerOf(this.#encoder.event(due));
    }
  }

  /** See `ChangeStream.whenReady`. */
  whenReady(ready: () => void): boolean {
    if (this.#isOver || this.#deciding !== undefined) return false;
    return this.#stream?.whenReady?.(ready) ?? false;
  }

  get #isOver(): boolean {
    return this.#done || this.#fault !== undefined;
  }

  /** Ends the stream with an error for its client, at once. */
  end(error: unknown): void {
    this.#fault ??= error;
    this.#release();
  }

  async return(): Promise<Result> {
    this.#done = true;
    this.#release();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #begin(): Promise<Result> {
    if (this.#done) return { done: true, value: undefined };
    try {
      this.#draining.add(this);
      const { signal } = this.#call;
      if (signal.aborted) this.#release();
      else signal.addEventListener('abort', this.#release, { once: true });
      const { stream, shows } = await this.#open(this.#stop.signal);
      this.#stream = stream;
      this.#shows = shows;
      await untilAborted(stream.ready, this.#stop.signal);
      // The client may have nothing to read for long: the headers tell it that it sees every change from now on.
      this.#call.context.sendHeader();
    } catch (error) {
      return this.#failed(error);
    }
    return this.next();
  }

  #received = (result: IteratorResult<WatchEvent, void>): Result | Promise<Result> => {
    if (result.done) return this.#failed(new ConfigError('unavailable', 'the watch ended'));
    const shown = this.#shows(result.value);
    if (isPromise(shown)) return this.#decided(result.value, shown);
    return this.#answer(result.value, shown);
  };

  #decided(event: WatchEvent, deciding: Promise<WatchEvent | undefined>): Promise<Result> {
    return deciding.then((shown) => this.#answer(event, shown), this.#failed);
  }

  #answer(event: WatchEvent, shown: WatchEvent | undefined): Result | Promise<Result> {
    const due = this.#pass(event, shown);
    return due === undefined ? this.next() : resultOf(this.#encoder.event(due));
  }

  /** Takes the next event, and what of it the caller may see. Returns the event that is due by it. */
  #pass(event: WatchEvent, shown: WatchEvent | undefined): WatchEvent | undefined {
    if (event.type === 'progress') return event;
    return this.#ends.pass(shown === undefined ? event : (shown as Change), shown !== undefined);
  }

  #failed = (error: unknown): Promise<never> => {
    const cause = this.#fault ?? (this.#call.signal.aborted ? callEnded() : error);
    this.#done = true;
    this.#release();
    return Promise.reject(cause);
  };

  #release = (): void => {
    this.#draining.delete(this);
    this.#call.signal.removeEventListener('abort', this.#release);
    this.#stop.abort(callEnded());
    this.#stream?.close();
  };
}
