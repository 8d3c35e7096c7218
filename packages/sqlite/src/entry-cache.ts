import type { Entry } from '@cfg/core';
import { LRUCache } from 'lru-cache';

/**
 * Entries that were read or written lately, by revision. A revision names one entry for ever, so that nothing here can
 * be out of date: whoever asks first learns the revision from the file. Sharing them spares the copy of their bytes,
 * and lets what a door has encoded once be sent again.
 */
export class EntryCache {
  readonly #entries: LRUCache<number, Entry> | undefined;

  /** `maxBytes` 0 keeps nothing. */
  constructor(maxBytes: number) {
    if (maxBytes > 0) this.#entries = new LRUCache({ maxSize: maxBytes, sizeCalculation: weightOf });
  }

  get(revision: number): Entry | undefined {
    return this.#entries?.get(revision);
  }

  add(entry: Entry): void {
    this.#entries?.set(entry.revision, entry);
  }
}

/** With its ready wire form, which holds the bytes once more. */
const weightOf = (entry: Entry): number => 512 + 2 * entry.size;
