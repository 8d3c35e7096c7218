/**
 * The bytes of answers that wait for their callers to read, of all connections together. Bytes that many answers share are
 * there once, and count once.
 */
export class Unsent {
  readonly #maxBytes: number;
  readonly #holders = new Map<Uint8Array, number>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Notes that an answer waits, unless there is no room for it. The first is always let in. */
  add(payload: Uint8Array): boolean {
    const holders = this.#holders.get(payload) ?? 0;
    if (holders === 0) {
      if (this.#bytes > 0 && this.#bytes + payload.length > this.#maxBytes) return false;
      this.#bytes += payload.length;
    }
    this.#holders.set(payload, holders + 1);
    return true;
  }

  delete(payload: Uint8Array): void {
    const holders = this.#holders.get(payload) ?? 0;
    if (holders > 1) {
      this.#holders.set(payload, holders - 1);
    } else if (this.#holders.delete(payload)) {
      this.#bytes -= payload.length;
    }
  }
}
