import { ConfigError, type Entry, type Store } from '@cfg/core';
import type { Encoder } from '../encoder.js';
import { SnapshotBody } from './body.js';
import type { Snapshots, TakenSnapshot } from './snapshots.js';

const pageSize = 1_000;

/**
 * For a store without revisions: reads the pages each time. They are not of one moment; such a store has no such thing.
 */
export class FoundSnapshots implements Snapshots {
  #store: Store;
  #encoder: Encoder;
  #maxEntries: number;

  constructor(store: Store, encoder: Encoder, maxEntries: number) {
    this.#store = store;
    this.#encoder = encoder;
    this.#maxEntries = maxEntries;
  }

  async take(namespace: string, signal: AbortSignal): Promise<TakenSnapshot> {
    const entries: Entry[] = [];
    let cursor = '';
    do {
      const page = await this.#store.find(namespace, { limit: pageSize, cursor }, { signal });
      entries.push(...page.entries);
      if (entries.length > this.#maxEntries) throw tooManyEntries(namespace, this.#maxEntries);
      cursor = page.nextCursor;
    } while (cursor !== '');
    return { body: new SnapshotBody(this.#encoder, entries, ''), revision: undefined, logId: '' };
  }
}

const tooManyEntries = (namespace: string, maxEntries: number): ConfigError =>
  new ConfigError('resource_exhausted', `namespace ${namespace} has more than ${maxEntries} entries`);
