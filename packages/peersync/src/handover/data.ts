import type { DataPage } from '../lease/peer.js';

/** The rest at the end. */
export interface LastPage<R> extends DataPage<R> {
  /** Whether that is all; else there is too much for one page. */
  readonly isAll: boolean;
}

/** A node's own data, as handovers move them. `R` is whatever a store makes of a change. */
export interface NamespaceData<R> {
  /** Everything in the namespace, page by page, that changed after `position`; 0: all, with the history. */
  pages(namespace: string, position: number): AsyncIterable<DataPage<R>>;
  /** The same in one page, for what is left at the end, as far as it fits. */
  last(namespace: string, position: number): Promise<LastPage<R>>;
  /** Puts the records in, with their versions as they are; those that are here already change nothing. */
  put(namespace: string, records: readonly R[]): Promise<void>;
}
