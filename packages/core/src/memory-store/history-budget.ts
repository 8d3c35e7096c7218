import type { Entry } from '../contract/entry.js';

/** The approximate size of an entry beside its value, in bytes. */
const overhead = 200;

/** So many entries that are kept no more may wait in the queue, beside as many as are kept. */
const slack = 1_000;

/**
 * The past entries that only the history of their keys keeps, as they are in no log any more: up to a weight, beyond
 * which those go first that came first.
 */
export class HistoryBudget {
  readonly #maxBytes: number;
  /** Revisions of those that are kept. */
  readonly #kept = new Set<number>();
  /**
   * In the order in which they came, those before `#head` and some that are kept no more included. Not a Map: its
   * iterator passes all that was deleted at its beginning, each time.
   */
  #queue: Entry[] = [];
  #head = 0;
  #bytes = 0;
  /** The place in the queue where {@link some} goes on. */
  #turn = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Counts an entry. Calls `onDrop` for each that has to go. */
  add(entry: Entry, onDrop: (entry: Entry) => void): void {
    this.#kept.add(entry.revision);
    this.#queue.push(entry);
    this.#bytes += overhead + entry.size;
    while (this.#bytes > this.#maxBytes && this.#head < this.#queue.length) {
      const first = this.#queue[this.#head] as Entry;
      this.#head += 1;
      if (!this.#kept.has(first.revision)) continue;
      this.remove(first);
      onDrop(first);
    }
    if (this.#queue.length > 2 * this.#kept.size + slack) this.#tidy();
  }

  /** Up to `count` entries; others with each call, so that all have their turns. */
  some(count: number): readonly Entry[] {
    const found: Entry[] = [];
    for (let left = Math.min(count, this.#queue.length - this.#head); left > 0; left -= 1) {
      if (this.#turn < this.#head || this.#turn >= this.#queue.length) this.#turn = this.#head;
      const entry = this.#queue[this.#turn] as Entry;
      this.#turn += 1;
      if (this.#kept.has(entry.revision)) found.push(entry);
    }
    return found;
  }

  /** The entry is kept no more. */
  remove(entry: Entry): void {
    if (this.#kept.delete(entry.revision)) this.#bytes -= overhead + entry.size;
  }

  #tidy(): void {
    this.#queue = this.#queue.slice(this.#head).filter(({ revision }) => this.#kept.has(revision));
    this.#head = 0;
  }
}
