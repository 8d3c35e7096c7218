import { HpackDecoder } from '../hpack/decoder.js';
import type { Field } from '../hpack/dynamic-table.js';
import { RequestHead } from './request-head.js';

/** A longer block is rarely repeated. */
const longestCached = 512;
const mostCached = 64;

/** The size of the dynamic table that a peer may use for its requests: what HTTP/2 starts with. */
export const headerTableBytes = 4096;

/**
 * Makes requests' heads of header blocks. A client repeats itself: a block that came before, while the table has not
 * changed, is looked up whole rather than decoded.
 */
export class HeaderReader {
  #decoder: HpackDecoder;
  #cache: Map<string, RequestHead> | undefined;
  #cachedVersion = 0;

  constructor(maxListBytes: number) {
    this.#decoder = new HpackDecoder({ tableBytes: headerTableBytes, listBytes: maxListBytes });
  }

  /**
   * The head of a request; undefined if it is larger than allowed.
   *
   * @throws HpackError if the block is not HPACK
   */
  head(bytes: Buffer, start: number, end: number): RequestHead | undefined {
    const { version } = this.#decoder;
    const key = end - start <= longestCached ? bytes.toString('latin1', start, end) : undefined;
    if (key !== undefined && this.#cachedVersion === version) {
      const known = this.#cache?.get(key);
      if (known !== undefined) return known;
    }
    const { fields } = this.#decoder.decode(bytes, start, end);
    if (fields === undefined) return undefined;
    const head = new RequestHead(fields);
    // A block that changed the table would mean something else the next time.
    if (key !== undefined && this.#decoder.version === version) this.#remember(key, head);
    return head;
  }

  /** The fields at the end of a body; undefined if they are larger than allowed. Throws as {@link head} does. */
  trailers(bytes: Buffer, start: number, end: number): readonly Field[] | undefined {
    return this.#decoder.decode(bytes, start, end).fields;
  }

  #remember(key: string, head: RequestHead): void {
    this.#cache ??= new Map();
    if (this.#cachedVersion !== this.#decoder.version || this.#cache.size >= mostCached) this.#cache.clear();
    this.#cachedVersion = this.#decoder.version;
    this.#cache.set(key, head);
  }
}
