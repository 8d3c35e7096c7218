const slabBytes = 64 * 1024;

/**
 * Cuts small buffers out of larger ones, because a buffer of its own weighs several times an entry's bytes. Node's pool
 * does the same. Its slices are released in allocation order, so an old slice does not keep a whole slab alive.
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
