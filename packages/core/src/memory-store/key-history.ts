import type { Entry } from '../contract/entry.js';

/** All that is kept of one key: its last state, live or deleted, and what it was before. */
export class KeyHistory {
  current: Entry;
  /** Oldest first, tombstones included. */
  #older: Entry[] = [];

  constructor(entry: Entry) {
    this.current = entry;
  }

  /** Makes `entry` the current one, and keeps at most `limit` versions, itself included. */
  push(entry: Entry, limit: number): void {
    this.current.encoded = undefined;
    this.#older.push(this.current);
    this.current = entry;
    // Twice the limit before a cut, so that a busy key is not copied with every write.
    if (this.#older.length > 2 * limit) this.#older = this.#kept(limit);
  }

  /** Newest first; at most `limit` versions, with the tombstones between them if asked for. */
  versions(limit: number, includeDeleted: boolean): Entry[] {
    const all = [...this.#kept(limit), this.current].reverse();
    return includeDeleted ? all : all.filter((entry) => !entry.deleted);
  }

  #kept(limit: number): Entry[] {
    let versions = this.current.deleted ? 0 : 1;
    let first = this.#older.length;
    while (first > 0) {
      if (!this.#older[first - 1]?.deleted) versions += 1;
      if (versions > limit) break;
      first -= 1;
    }
    return this.#older.slice(first);
  }
}
