import type { Change, WatchEvent } from '../contract/change.js';
import type { ChangeFilter } from '../contract/filter.js';
import type { ChangeStream } from '../contract/store.js';
import { WriteEnds } from './write-ends.js';

type Result = IteratorResult<WatchEvent, void>;
/** A reader that waits: for the next event, or to be told that there may be one. */
type Waiting = { resolve(result: Result): void; reject(error: unknown): void } | { ready(): void };

/** The part of the log that a cursor reads. */
export interface CursorSource {
  readonly revision: number;
  readonly logId: string;
  /** The change, if it is in memory. */
  at(revision: number): Change | undefined;
  /** The change from the store's own log. Fails with `revision_compacted` where it is gone. */
  load(revision: number): Promise<Change>;
  forget(cursor: LogCursor): void;
}

export interface CursorOptions {
  readonly filter: ChangeFilter;
  /** The revision after which the cursor starts, or a promise of it: rejected, it fails the stream. */
  readonly position: number | Promise<number>;
  readonly progress: boolean;
  readonly signal?: AbortSignal | undefined;
  /** The fault of the request, if any; the first `next()` throws it. */
  readonly fault?: unknown;
}

const done: Result = { done: true, value: undefined };

/**
 * One watcher: a filter and a position in the log, nothing more. It reads when it is asked, so that a slow reader costs
 * no memory, and it waits, found by the log's index, only when it has seen everything.
 */
export class LogCursor implements ChangeStream {
  readonly filter: ChangeFilter;
  readonly ready: Promise<void>;
  #source: CursorSource;
  #position: number;
  #ends = new WriteEnds();
  #waiting: Waiting | undefined;
  #state: { is: 'opening'; done: Promise<void> } | { is: 'open' } | { is: 'failed'; error: unknown } | { is: 'done' };
  #progress: 'none' | 'due' | 'told';
  #told = -1;
  #signal: AbortSignal | undefined;
  #abort = (): void => this.close();

  constructor(source: CursorSource, options: CursorOptions) {
    this.filter = options.filter;
    this.#source = source;
    this.#progress = options.progress ? 'due' : 'none';
    const { fault, position } = options;
    this.#position = typeof position === 'number' ? position : 0;
    if (fault !== undefined) this.#state = { is: 'failed', error: fault };
    else if (typeof position === 'number') this.#state = { is: 'open' };
    else this.#state = { is: 'opening', done: this.#open(position) };
    if (this.#state.is === 'opening') this.ready = (position as Promise<number>).then(() => {});
    else this.ready = fault === undefined ? Promise.resolve() : Promise.reject(fault);
    this.ready.catch(() => {});
    this.#signal = options.signal;
    if (options.signal?.aborted) this.#state = { is: 'done' };
    else options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  take(): WatchEvent | undefined {
    if (this.#state.is !== 'open') return undefined;
    for (;;) {
      const last = this.#ends.take();
      if (last !== undefined) return last;
      if (this.#position >= this.#source.revision) break;
      const change = this.#source.at(this.#position + 1);
      if (change === undefined) return undefined;
      const event = this.#pass(change);
      if (event !== undefined) return event;
    }
    return this.#progress === 'due' && !this.#ends.isHolding ? this.#tell() : undefined;
  }

  next(): Promise<Result> {
    const event = this.take();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    if (this.#state.is === 'failed') return this.#fail(this.#state.error);
    if (this.#state.is === 'done') return Promise.resolve(done);
    if (this.#state.is === 'opening') return this.#state.done.then(() => this.next());
    if (this.#position < this.#source.revision) return this.#load();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  whenReady(ready: () => void): boolean {
    if (this.#state.is !== 'open' || this.#position < this.#source.revision) return false;
    this.#waiting = { ready };
    return true;
  }

  /** The log has a matching change: all before it, since the cursor began to wait, did not match. */
  wake(revision: number): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#position = Math.max(this.#position, revision - 1);
    if ('ready' in waiting) {
      this.#waiting = undefined;
      waiting.ready();
      return;
    }
    const event = this.take();
    // Without the event the change is in the ring no more (one batch can be larger than the ring): read the log.
    if (event === undefined && this.#position >= this.#source.revision) return;
    this.#waiting = undefined;
    if (event !== undefined) waiting.resolve({ done: false, value: event });
    else this.next().then(waiting.resolve, waiting.reject);
  }

  /** Tells a waiting reader how far the log has come, if it asked to know and does not know it yet. */
  progress(): void {
    if (this.#progress === 'none' || this.#waiting === undefined || this.#ends.isHolding) return;
    this.#position = this.#source.revision;
    if (this.#told === this.#position) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if ('ready' in waiting) {
      this.#progress = 'due';
      waiting.ready();
    } else {
      waiting.resolve({ done: false, value: this.#tell() });
    }
  }

  close(): void {
    this.#end({ is: 'done' });
  }

  /** Ends the stream with an error. */
  fail(error: unknown): void {
    this.#end({ is: 'failed', error });
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

  async #open(position: Promise<number>): Promise<void> {
    try {
      this.#position = await position;
      if (this.#state.is === 'opening') this.#state = { is: 'open' };
    } catch (error) {
      this.fail(error);
    }
  }

  /** Takes the next change of the log. Returns the event that is due by it. */
  #pass(change: Change): Change | undefined {
    this.#position = change.revision;
    return this.#ends.pass(change, this.filter.matches(change));
  }

  #tell(): WatchEvent {
    this.#progress = 'told';
    this.#told = this.#position;
    return { type: 'progress', revision: this.#position, logId: this.#source.logId };
  }

  async #load(): Promise<Result> {
    for (;;) {
      let change: Change;
      try {
        change = await this.#source.load(this.#position + 1);
      } catch (error) {
        this.fail(error);
        return this.next();
      }
      if (this.#state.is !== 'open') return this.next();
      const event = this.#pass(change) ?? this.take();
      if (event !== undefined) return { done: false, value: event };
      if (this.#position >= this.#source.revision) return this.next();
    }
  }

  #fail(error: unknown): Promise<Result> {
    this.#state = { is: 'done' };
    return Promise.reject(error);
  }

  #end(state: { is: 'failed'; error: unknown } | { is: 'done' }): void {
    if (this.#state.is !== 'open' && this.#state.is !== 'opening') return;
    this.#state = state;
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#source.forget(this);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    if ('ready' in waiting) waiting.ready();
    else if (state.is === 'failed') this.#fail(state.error).catch(waiting.reject);
    else waiting.resolve(done);
  }
}
