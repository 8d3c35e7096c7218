import type { Entry } from '../contract/entry.js';

/** All that is kept of one key: its last state, live or deleted, and what it was before. */
export class KeyHistory {
  #current: Entry;
  /** Oldest first, tombstones included. Those before `#from` are dropped. */
  #older: Entry[] = [];
  #from = 0;

  constructor(entry: Entry) {
    this.#current = entry;
  }

  get current(): Entry {
    return this.#current;
  }

  /** Makes `entry` the current one. */
  push(entry: Entry): void {
    this.#current.dropEncoded();
    this.#older.push(this.#current);
    this.#current = entry;
  }

  /**
   * Drops what is kept no more: what is neither in the log's window, which begins after `oldestRevision`, nor among the
   * newest `limit` versions. Returns what it dropped.
   */
  trim(limit: number, oldestRevision: number): readonly Entry[] {
    let count = 0;
    const beyond = this.#current.version - limit;
    for (let at = this.#from; at < this.#older.length; at += 1) {
      const entry = this.#older[at] as Entry;
      if (entry.revision > oldestRevision || placeOf(entry) > beyond) break;
      count += 1;
    }
    return this.#drop(count);
  }

  /** Whether the entry is kept, and not the current one. */
  keepsPast(entry: Entry): boolean {
    return entry !== this.#current && entry.revision >= (this.#older[this.#from]?.revision ?? Number.POSITIVE_INFINITY);
  }

  /** Drops everything up to the revision, but for the current entry. */
  dropTo(revision: number): void {
    let count = 0;
    while ((this.#older[this.#from + count]?.revision ?? Number.POSITIVE_INFINITY) <= revision) count += 1;
    this.#drop(count);
  }

  /**
   * Drops what was replaced by a set at `beforeMs` or earlier, and is no longer in the log's window. A deletion replaces
   * nothing: what a deleted key had last stays as long as its tombstone. Returns what it dropped.
   */
  dropReplaced(beforeMs: number, oldestRevision: number): readonly Entry[] {
    const kept = [...this.#older.slice(this.#from), this.#current];
    const replacing = kept.findLastIndex((entry) => !entry.deleted && entry.updatedAtMs <= beforeMs);
    const inWindow = kept.findIndex((entry) => entry.revision > oldestRevision);
    return this.#drop(Math.max(0, inWindow < 0 ? replacing : Math.min(replacing, inWindow)));
  }

  /** The newest `limit` versions, newest first, with the tombstones between them. */
  versions(limit: number): Entry[] {
    const beyond = this.#current.version - limit;
    const kept = this.#older.slice(this.#from).filter((entry) => placeOf(entry) > beyond);
    return [...kept, this.#current].reverse();
  }

  /** The newest entry up to the revision; where there is none, the oldest. */
  nearest(revision: number): Entry {
    if (this.#current.revision <= revision) return this.#current;
    let low = this.#from;
    let high = this.#older.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#older[middle] as Entry).revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#older[Math.max(low - 1, this.#from)] ?? this.#current;
  }

  /** Drops everything but the current entry. Returns it. */
  dropAll(): readonly Entry[] {
    return this.#drop(this.#older.length - this.#from);
  }

  #drop(count: number): readonly Entry[] {
    if (count === 0) return none;
    const dropped = this.#older.slice(this.#from, this.#from + count);
    this.#from += count;
    // Cut off now and then, so that a busy key is not copied with every write.
    if (this.#from * 2 > this.#older.length) {
      this.#older = this.#older.slice(this.#from);
      this.#from = 0;
    }
    return dropped;
  }
}

const none: readonly Entry[] = [];

/** An entry's place in the order of versions: the tombstone that ended a version comes after it. */
const placeOf = (entry: Entry): number => entry.version + (entry.deleted ? 1 : 0);
