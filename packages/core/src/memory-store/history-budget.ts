import type { Entry } from '../contract/entry.js';

/** The approximate size of an entry beside its value, in bytes. */
const overhead = 200;

/**
 * The past entries that only the history of their keys keeps, as they are in no log any more: up to a weight, beyond
 * which those go first that came first.
 */
export class HistoryBudget {
  readonly #maxBytes: number;
  /** By revision, in the order in which they came. */
  #entries = new Map<number, Entry>();
  #bytes = 0;
  #walk: Iterator<Entry> = this.#entries.values();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Counts an entry. Calls `onDrop` for each that has to go. */
  add(entry: Entry, onDrop: (entry: Entry) => void): void {
    this.#entries.set(entry.revision, entry);
    this.#bytes += overhead + entry.size;
    for (const first of this.#entries.values()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.remove(first);
      onDrop(first);
    }
  }

  /** Up to `count` entries; others with each call, so that all have their turns. */
  some(count: number): readonly Entry[] {
    const found: Entry[] = [];
    for (let left = Math.min(count, this.#entries.size); left > 0; left -= 1) {
      let next = this.#walk.next();
      if (next.done) {
        this.#walk = this.#entries.values();
        next = this.#walk.next();
      }
      found.push(next.value);
    }
    return found;
  }

  /** The entry is kept no more. */
  remove(entry: Entry): void {
    if (this.#entries.delete(entry.revision)) this.#bytes -= overhead + entry.size;
  }
}
