/** What keeps its own ready bytes: an entry, a change. */
export interface Holder {
  encoded: object | undefined;
}

interface Kept {
  readonly holder: Holder;
  readonly weight: number;
  next: Kept | undefined;
}

/** What an entry and its place in the queue weigh beyond the bytes, roughly. */
const holderBytes = 400;

/**
 * Bounds what the ready bytes on entries and changes take together. A store may hold its entries for ever; their bytes
 * are dropped, the oldest first, and made again when they are asked for.
 */
export class Recent {
  #maxBytes: number;
  #bytes = 0;
  #oldest: Kept | undefined;
  #newest: Kept | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Notes that `holder` has got ready bytes, so many. */
  add(holder: Holder, bytes: number): void {
    const kept: Kept = { holder, weight: bytes + holderBytes, next: undefined };
    if (this.#newest === undefined) this.#oldest = kept;
    else this.#newest.next = kept;
    this.#newest = kept;
    this.#bytes += kept.weight;
    while (this.#bytes > this.#maxBytes) this.#drop();
  }

  #drop(): void {
    const dropped = this.#oldest;
    if (dropped === undefined) return;
    dropped.holder.encoded = undefined;
    this.#bytes -= dropped.weight;
    this.#oldest = dropped.next;
    if (this.#oldest === undefined) this.#newest = undefined;
  }
}
