import type { CodecRegistry } from '../codecs/registry.js';
import { NewestStream } from '../util/newest.js';
import type { PullStream } from '../util/pull-stream.js';
import type { Value } from '../value/value.js';
import { type KeyChange, keyChangeOf } from './key-change.js';
import type { KeyState } from './key-states.js';
import type { LoadedStates } from './loaded-states.js';

export interface LoadedPrefixOptions {
  readonly states: LoadedStates;
  readonly codecs: CodecRegistry;
  /** Whether changes are heard of. */
  isLive(): boolean;
  release(): void;
}

/**
 * All keys below a prefix, held in memory and kept up to date by the watch until closed. What it shows is complete and
 * at least as new as when it was loaded; while the watch is broken the values are marked stale.
 */
export class LoadedPrefix implements Iterable<readonly [key: string, value: Value]>, Disposable {
  readonly prefix: string;
  readonly #options: LoadedPrefixOptions;
  readonly #streams = new Set<NewestStream<KeyChange>>();
  #closed = false;

  constructor(options: LoadedPrefixOptions) {
    this.prefix = options.states.prefix;
    this.#options = options;
  }

  /** Whether it is complete, and changes are heard of: what it shows is what the store had a moment ago. */
  get isLive(): boolean {
    return !this.#closed && this.#options.isLive();
  }

  /** The value as last known, without asking the store; `undefined` if there is none. Aliases are not resolved. */
  get(key: string): Value | undefined {
    return this.#closed ? undefined : this.#show(this.#options.states.shown(key), Date.now());
  }

  /** The keys and their values, in key order: a copy, made each time. */
  entries(): (readonly [key: string, value: Value])[] {
    if (this.#closed) return [];
    const nowMs = Date.now();
    const all: (readonly [string, Value])[] = [];
    for (const [key, state] of this.#options.states.entries()) {
      const shown = this.#show(state, nowMs);
      if (shown !== undefined) all.push([key, shown]);
    }
    return all.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  [Symbol.iterator](): ArrayIterator<readonly [key: string, value: Value]> {
    return this.entries().values();
  }

  /**
   * The changes from the call on, write by write: all changes of one write come together, never a part of them. A slow
   * reader gets several writes as one, with the newest change of each key. After a break of the watch comes what has
   * changed meanwhile, as one. Ends when the prefix is closed.
   *
   * @example
   * for await (const changes of loaded.changes()) {
   *   for (const { type, key, value } of changes) console.log(type, key, value?.data);
   * }
   */
  changes(): PullStream<readonly KeyChange[]> {
    const { states, codecs } = this.#options;
    const stop = states.listen((changed) =>
      stream.push([...changed].map(([key, state]) => [key, keyChangeOf(key, state, codecs)])),
    );
    const stream = new NewestStream<KeyChange>(() => {
      stop();
      this.#streams.delete(stream);
    });
    this.#streams.add(stream);
    if (this.#closed) stream.close();
    return stream;
  }

  /** Frees the memory, unless others have loaded the same prefix. Closing twice is fine. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stream of this.#streams) stream.end();
    this.#options.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #show(state: KeyState | undefined, nowMs: number): Value | undefined {
    const value = state?.value(this.#options.codecs);
    if (value === undefined || value.isExpired(nowMs)) return undefined;
    return this.#options.isLive() ? value : value.asStale();
  }
}
