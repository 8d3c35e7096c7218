/** An entry or a change, which keeps its own ready bytes. */
export interface Holder {
  encoded: object | undefined;
}

interface Kept {
  readonly holder: Holder;
  readonly weight: number;
  next: Kept | undefined;
}

/** The approximate size of an entry and its place in the queue beyond the bytes. */
const holderBytes = 400;

/**
 * Bounds the memory that the ready bytes of all entries and changes take together. A store may hold its entries for ever;
 * their bytes are dropped, the oldest first, and made again when they are asked for.
 */
export class EncodedBudget {
  #maxBytes: number;
  #bytes = 0;
  #oldest: Kept | undefined;
  #newest: Kept | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Notes that `holder` now has `bytes` ready bytes. */
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
