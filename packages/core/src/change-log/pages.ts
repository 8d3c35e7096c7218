import { LRUCache } from 'lru-cache';
import type { Change } from '../contract/change.js';
import { weightOf } from './ring.js';

/** Reads up to `limit` changes with a revision greater than `after` from a store's own log, in order. */
export type ReadChanges = (after: number, limit: number) => readonly Change[] | Promise<readonly Change[]>;

/** Few enough that a page of the largest values (1 MiB, unless a server allows more) is no burden. */
const pageSize = 16;

/**
 * The part of a store's log that watchers behind the ring are reading, in aligned pages, so that those who are at about
 * the same place share one. Watchers hold none themselves: however many are stuck, memory is bounded by `maxWeight`.
 */
export class Pages {
  #read: ReadChanges;
  #pages: LRUCache<number, readonly Change[]>;
  #loading = new Map<number, Promise<readonly Change[]>>();

  constructor(read: ReadChanges, maxWeight: number) {
    this.#read = read;
    this.#pages = new LRUCache({
      maxSize: maxWeight,
      sizeCalculation: (page) => page.reduce((sum, change) => sum + weightOf(change), 1),
      dispose: (page) => {
        for (const change of page) change.dropEncoded();
      },
    });
  }

  /** The approximate size of the kept pages, in bytes. */
  get weight(): number {
    return this.#pages.calculatedSize;
  }

  /** The change of that revision, if its page is at hand. */
  at(revision: number): Change | undefined {
    const page = this.#pages.get(pageNumberOf(revision));
    return page === undefined ? undefined : find(page, revision);
  }

  /** Reads the page that holds `revision`; Returns the change, or `undefined` where the log has it no more. */
  async load(revision: number): Promise<Change | undefined> {
    const number = pageNumberOf(revision);
    let loading = this.#loading.get(number);
    if (loading === undefined) {
      loading = Promise.resolve(this.#read(number * pageSize, pageSize)).finally(() => this.#loading.delete(number));
      this.#loading.set(number, loading);
    }
    const page = (await loading).filter((change) => pageNumberOf(change.revision) === number);
    // A page that is still growing is not kept: its next reader wants what is new.
    if (page.at(-1)?.revision === (number + 1) * pageSize) this.#pages.set(number, page);
    return find(page, revision);
  }

  clear(): void {
    this.#pages.clear();
  }
}

/** Page n holds the revisions after n·pageSize, up to (n + 1)·pageSize. */
const pageNumberOf = (revision: number): number => Math.floor((revision - 1) / pageSize);

function find(page: readonly Change[], revision: number): Change | undefined {
  const first = page[0]?.revision ?? 0;
  return page[revision - first];
}
