import type { Entry } from '../contract/entry.js';
import { type SortedMap, sortedMap } from '../util/sorted-map.js';

/** The entries that expire, soonest first. */
export class Expiries {
  #byTime: SortedMap<Entry> = sortedMap();

  /** When the next one is due. */
  get next(): number | undefined {
    return this.#byTime.isEmpty ? undefined : this.#byTime.get(this.#byTime.minKey() ?? '')?.expiresAtMs;
  }

  /** Replaces what was known of the key. */
  replace(before: Entry | undefined, after: Entry): void {
    if (before?.expiresAtMs !== undefined) this.#byTime.delete(nameOf(before));
    if (after.expiresAtMs !== undefined) this.#byTime.set(nameOf(after), after);
  }

  /** Up to `limit` entries that have expired. */
  due(nowMs: number, limit: number): Entry[] {
    const due: Entry[] = [];
    if ((this.next ?? Number.POSITIVE_INFINITY) > nowMs) return due;
    for (const entry of this.#byTime.values()) {
      if ((entry.expiresAtMs ?? 0) > nowMs || due.length >= limit) break;
      due.push(entry);
    }
    return due;
  }
}

const nameOf = (entry: Entry): string =>
  `${String(entry.expiresAtMs).padStart(16, '0')}\n${entry.namespace}\n${entry.key}`;
