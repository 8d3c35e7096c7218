import type { Cache, CachedState } from './cache.js';

/** A place that remembers states of keys. Which state is the right one, {@link Mirror} decides. */
export interface Memory {
  /** Whether it is to have every key: one that it has forgotten is then read again. */
  readonly whole: boolean;
  covers(key: string): boolean;
  get(key: string): CachedState | undefined;
  keep(key: string, state: CachedState): void;
  /** The state of the key is not known any more. */
  forget(key: string): void;
  /** What a change is to it of a key of which it knows nothing since the watch began. */
  unknown(revision: number): 'skip' | 'keep' | 'forget';
}

/** One namespace's part of the cache. */
export class CachedMemory implements Memory {
  readonly whole = false;
  readonly #namespace: string;
  readonly #cache: Cache;

  constructor(namespace: string, cache: Cache) {
    this.#namespace = namespace;
    this.#cache = cache;
  }

  covers(): boolean {
    return true;
  }

  get(key: string): CachedState | undefined {
    return this.#cache.get(this.#namespace, key);
  }

  keep(key: string, state: CachedState): void {
    this.#cache.set(this.#namespace, key, state);
  }

  forget(key: string): void {
    this.#cache.delete(this.#namespace, key);
  }

  unknown(): 'forget' {
    return 'forget';
  }
}
