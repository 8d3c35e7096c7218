const slabBytes = 64 * 1024;

/**
 * Cuts small buffers out of larger ones, as Node's own pool does; but of this one's, all are dropped in the order they
 * were made, so that none keeps others alive. A buffer of its own weighs several times an entry's bytes.
 */
export class Slab {
  #free: Buffer = Buffer.alloc(0);

  /** Not filled. */
  allocate(size: number): Buffer {
    if (size > slabBytes / 8) return Buffer.allocUnsafeSlow(size);
    if (size > this.#free.byteLength) this.#free = Buffer.allocUnsafeSlow(slabBytes);
    const cut = this.#free.subarray(0, size);
    this.#free = this.#free.subarray(size);
    return cut;
  }
}
