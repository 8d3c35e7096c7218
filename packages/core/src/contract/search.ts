import type { Entry } from './entry.js';
import type { CallOptions } from './store.js';

/** Where the text is looked for. */
export type SearchIn = 'keys' | 'values' | 'both';

export interface SearchQuery {
  /** The text: 2 to 256 characters. Upper and lower case are the same. */
  readonly text: string;
  /** Default `both`. */
  readonly in?: SearchIn | undefined;
  /** Only namespaces that begin with this. Characters that no namespace has find nothing. */
  readonly namespacePrefix?: string | undefined;
  /** Only keys that begin with this. Characters that no key has find nothing. */
  readonly keyPrefix?: string | undefined;
  /** Maximum number of matches of a page; 0 or absent: no limit but that of the work. */
  readonly limit?: number | undefined;
  /** Ends a page before its values exceed this many bytes; it may have one match all the same. 0 or absent: no limit. */
  readonly maxBytes?: number | undefined;
  /** `nextCursor` of the page before, of the same query. Fails with `invalid_cursor` if it is of another. */
  readonly cursor?: string | undefined;
}

/** An entry that has the text, and where. */
export interface SearchMatch {
  readonly entry: Entry;
  readonly inKey: boolean;
  readonly inValue: boolean;
}

export interface SearchPage {
  /** Those first that were changed last. */
  readonly matches: readonly SearchMatch[];
  /**
   * Empty exactly when nothing follows. A page may have fewer matches than its limit, and even none, though others
   * follow: one call does a bounded amount of work.
   */
  readonly nextCursor: string;
  /** Every write up to this revision is considered. */
  readonly revision: number;
  readonly logId: string;
}

/** A store that finds entries by a text in their key or their value. */
export interface Searching {
  /**
   * Finds entries that have the text, as part of their key or of the first 16 KiB of their value. Values are searched as
   * they are written, those of the codecs json, yaml and toml; secrets and values that the server cannot read never are.
   * An entry that is not changed between the pages is found exactly once.
   */
  search(query: SearchQuery, options?: CallOptions): Promise<SearchPage>;
}
