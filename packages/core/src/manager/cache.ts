import type { Entry } from '../contract/entry.js';
import { wholeNumber } from '../util/whole-number.js';

/** A manager's memory of one key: plain data, which a cache may write to a file. */
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
  /** For the cache alone: whether the state was read of late. */
  used?: boolean;
}

/** Where a manager keeps what it has read. It may forget anything at any time, and serves one manager. */
export interface Cache {
  /** Called by `manager.connect()`, before anything is read: what was kept may be taken up. */
  open?(): Promise<void>;
  get(namespace: string, key: string): CachedState | undefined;
  set(namespace: string, key: string, state: CachedState): void;
  delete(namespace: string, key: string): void;
  clear(): void;
  /**
   * Called by the manager, once: to be asked before a key is forgotten to make room. True: it was read since it was last asked
   * for, and another one should go. Without it, reads of remembered keys are slower.
   */
  askBeforeForgetting?(wasRead: (namespace: string, key: string) => boolean): void;
  /** Whether it is given what is loaded by prefix as well: one that outlives the process. Default false. */
  readonly keepsLoaded?: boolean;
  /** All that is kept. Needed with {@link keepsLoaded}. */
  states?(): Iterable<readonly [namespace: string, key: string, state: CachedState]>;
  /** Called by `manager.close()`. A cache without it keeps nothing, and is cleared. */
  close?(): Promise<void>;
}

export interface LruCacheOptions {
  /** Maximum number of keys, of all namespaces together. Default 10,000; at least 1. */
  readonly maxEntries?: number | undefined;
}

/** A place on the round of the hand. */
interface Slot {
  readonly namespace: string;
  readonly key: string;
}

interface Shelf {
  readonly name: string;
  readonly states: Map<string, CachedState>;
  readonly slots: Map<string, Slot>;
}

/**
 * A cache in memory that forgets what was not used of late. It is an approximation of LRU, the clock algorithm: a read
 * only marks what it reads, so that it costs little more than the look-up; where room is needed, a hand goes round,
 * takes marks away, and forgets the first that has none.
 */
export class LruCache implements Cache {
  readonly #maxEntries: number;
  readonly #shelves = new Map<string, Shelf>();
  readonly #slots = new Set<Slot>();
  #hand: SetIterator<Slot> = this.#slots.values();
  /** The one that was asked for last: often the only one. */
  #last: Shelf | undefined;
  #wasRead: (namespace: string, key: string) => boolean = () => false;

  /** Throws `invalid_argument` for a `maxEntries` that is not a whole number from 1. */
  constructor({ maxEntries = 10_000 }: LruCacheOptions = {}) {
    this.#maxEntries = wholeNumber('maxEntries', maxEntries, 1);
  }

  get size(): number {
    return this.#slots.size;
  }

  askBeforeForgetting(wasRead: (namespace: string, key: string) => boolean): void {
    this.#wasRead = wasRead;
  }

  get(namespace: string, key: string): CachedState | undefined {
    const state = this.#shelf(namespace)?.states.get(key);
    // Written only where it is not so, which spares the processor's caches.
    if (state !== undefined && !state.used) state.used = true;
    return state;
  }

  set(namespace: string, key: string, state: CachedState): void {
    const shelf = this.#shelf(namespace);
    if (shelf?.states.has(key)) {
      state.used = true;
      shelf.states.set(key, state);
      return;
    }
    if (this.#slots.size >= this.#maxEntries) this.#makeRoom();
    state.used = false;
    const slot: Slot = { namespace, key };
    this.#slots.add(slot);
    const { states, slots } = this.#shelf(namespace) ?? this.#newShelf(namespace);
    states.set(key, state);
    slots.set(key, slot);
  }

  delete(namespace: string, key: string): void {
    const slot = this.#shelf(namespace)?.slots.get(key);
    if (slot !== undefined) this.#remove(slot);
  }

  /** All that is kept, without marking it as used. */
  *states(): Generator<readonly [namespace: string, key: string, state: CachedState], void, undefined> {
    for (const { name, states } of this.#shelves.values()) {
      for (const [key, state] of states) yield [name, key, state];
    }
  }

  clear(): void {
    this.#shelves.clear();
    this.#slots.clear();
    this.#last = undefined;
  }

  #shelf(name: string): Shelf | undefined {
    if (this.#last !== undefined && this.#last.name === name) return this.#last;
    const shelf = this.#shelves.get(name);
    if (shelf !== undefined) this.#last = shelf;
    return shelf;
  }

  #newShelf(name: string): Shelf {
    const shelf: Shelf = { name, states: new Map(), slots: new Map() };
    this.#shelves.set(name, shelf);
    return shelf;
  }

  #makeRoom(): void {
    for (;;) {
      const { done, value: slot } = this.#hand.next();
      if (done) {
        this.#hand = this.#slots.values();
        continue;
      }
      const state = this.#shelf(slot.namespace)?.states.get(slot.key);
      const wasRead = this.#wasRead(slot.namespace, slot.key);
      if (!state?.used && !wasRead) {
        this.#remove(slot);
        return;
      }
      if (state?.used) state.used = false;
    }
  }

  #remove(slot: Slot): void {
    const shelf = this.#shelf(slot.namespace);
    this.#slots.delete(slot);
    shelf?.slots.delete(slot.key);
    shelf?.states.delete(slot.key);
    if (shelf?.states.size !== 0) return;
    this.#shelves.delete(slot.namespace);
    this.#last = undefined;
  }
}
