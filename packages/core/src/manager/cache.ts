import { LRUCache } from 'lru-cache';
import type { Entry } from '../contract/entry.js';
import { wholeNumber } from '../util/whole-number.js';

/** What a manager remembers of one key: plain data, which a cache may write to a file. */
export interface CachedState {
  /** `undefined`: the key does not exist. */
  readonly entry: Entry | undefined;
  /** The revision that made the state; 0 where it is not known. */
  readonly revision: number;
  /** The log that the revision is of; empty where it is not known. */
  readonly logId: string;
  /**
   * Random name of the unbroken watch that the state was read in. A state of another one, of another manager or of an
   * earlier life, is served only while the store cannot be asked, marked stale.
   */
  readonly session: string;
}

/** Where a manager keeps what it has read. It may forget anything at any time, and serves one manager. */
export interface Cache {
  /** Called by `manager.connect()`, before anything is read: what was kept may be taken up. */
  open?(): Promise<void>;
  get(namespace: string, key: string): CachedState | undefined;
  set(namespace: string, key: string, state: CachedState): void;
  delete(namespace: string, key: string): void;
  clear(): void;
  /** Called by `manager.close()`. A cache without it keeps nothing, and is cleared. */
  close?(): Promise<void>;
}

export interface LruCacheOptions {
  /** Maximum number of keys, of all namespaces together. Default 10,000; at least 1. */
  readonly maxEntries?: number | undefined;
}

/** A cache in memory that forgets the least recently used. */
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
