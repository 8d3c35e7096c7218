import { LRUCache } from 'lru-cache';
import type { Value } from '../value/value.js';
import { wholeNumber } from '../util/whole-number.js';

/** What a manager remembers of one key. */
export interface CachedState {
  /** `undefined`: the key does not exist. */
  readonly value: Value | undefined;
  /** The revision that made the state; 0 where it is not known. */
  readonly revision: number;
  /** The stretch of an unbroken watch that the state was read in; a state of an earlier one is only a fallback. */
  readonly generation: number;
}

/** Where a manager keeps what it has read: in memory, and free to forget anything at any time. */
export interface Cache {
  get(namespace: string, key: string): CachedState | undefined;
  set(namespace: string, key: string, state: CachedState): void;
  delete(namespace: string, key: string): void;
  clear(): void;
}

export interface LruCacheOptions {
  /** Most keys, of all namespaces together. Default 10,000; at least 1. */
  readonly maxEntries?: number;
}

/** Forgets the least recently used. */
export class LruCache implements Cache {
  readonly #states: LRUCache<string, CachedState>;

  /** Throws `invalid_argument` for a `maxEntries` that is not a whole number from 1. */
  constructor({ maxEntries = 10_000 }: LruCacheOptions = {}) {
    this.#states = new LRUCache({ max: wholeNumber('maxEntries', maxEntries, 1) });
  }

  get size(): number {
    return this.#states.size;
  }

  get(namespace: string, key: string): CachedState | undefined {
    return this.#states.get(id(namespace, key));
  }

  set(namespace: string, key: string, state: CachedState): void {
    this.#states.set(id(namespace, key), state);
  }

  delete(namespace: string, key: string): void {
    this.#states.delete(id(namespace, key));
  }

  clear(): void {
    this.#states.clear();
  }
}

/** A namespace has no slash, so no two pairs have the same id. */
const id = (namespace: string, key: string): string => `${namespace}/${key}`;
