/** Bytes that are larger are not kept. */
const maxEach = 64 * 1024;

/**
 * Keeps the latest bytes by name, so that what is made of them is made once: who brings the same bytes again gets those that
 * are kept. The oldest go where there is no more room.
 */
export class KeptBytes {
  readonly #maxBytes: number;
  readonly #kept = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The kept bytes where they are the same, else `bytes`, which are kept from now on. */
  same(name: string, bytes: Buffer): Uint8Array {
    const known = this.#kept.get(name);
    if (known !== undefined && bytes.equals(known)) return known;
    if (known !== undefined) this.#forget(name, known);
    if (bytes.length > maxEach) return bytes;
    // A copy of its own: a buffer of a connection is a part of a larger one.
    const kept = new Uint8Array(bytes);
    this.#kept.set(name, kept);
    this.#bytes += sizeOf(name, kept);
    for (const [oldest, each] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#forget(oldest, each);
    }
    return kept;
  }

  #forget(name: string, bytes: Uint8Array): void {
    this.#kept.delete(name);
    this.#bytes -= sizeOf(name, bytes);
  }
}

/** With what an entry costs beside its bytes, roughly. */
const sizeOf = (name: string, bytes: Uint8Array): number => bytes.length + name.length + 200;
