import type { CachedState } from './cache.js';
import type { Value } from '../value/value.js';

/** Where a {@link LoadedPrefix} gets its values from. */
export interface LoadedSource {
  get(key: string): CachedState | undefined;
  values(): Iterable<readonly [key: string, state: CachedState]>;
}

export interface LoadedPrefixOptions {
  readonly prefix: string;
  readonly source: LoadedSource;
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
  #closed = false;

  constructor(options: LoadedPrefixOptions) {
    this.prefix = options.prefix;
    this.#options = options;
  }

  /** The value as last known, without asking the store; `undefined` if there is none. Aliases are not resolved. */
  get(key: string): Value | undefined {
    const value = this.#closed ? undefined : this.#options.source.get(key)?.value;
    return value && this.#show(value, Date.now());
  }

  /** The keys and their values, in key order: a copy, made each time. */
  entries(): (readonly [key: string, value: Value])[] {
    if (this.#closed) return [];
    const nowMs = Date.now();
    const all: (readonly [string, Value])[] = [];
    for (const [key, { value }] of this.#options.source.values()) {
      const shown = value && this.#show(value, nowMs);
      if (shown !== undefined) all.push([key, shown]);
    }
    return all.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  [Symbol.iterator](): ArrayIterator<readonly [key: string, value: Value]> {
    return this.entries().values();
  }

  /** Frees the memory, unless others have loaded the same prefix. Closing twice is fine. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #show(value: Value, nowMs: number): Value | undefined {
    if (value.isExpired(nowMs)) return undefined;
    return this.#options.isLive() ? value : value.asStale();
  }
}
