/** How large a slab is: what a busy connection writes in a turn mostly fits. */
const slabBytes = 64 * 1024;
/** The rest of a slab is used again if it is at least this large, in bytes. */
const worthKeeping = 8 * 1024;
/** How many are kept: a turn rarely has more connections writing. */
const mostKept = 32;

/**
 * Memory to write frames into, lent to the connections that have something to write, and only while they have. A
 * connection that is silent holds none.
 */
export class SlabPool {
  #free: Buffer[] = [];

  /** A slab of at least so many bytes. */
  take(least: number): Buffer {
    const slab = this.#free.pop();
    if (slab !== undefined && slab.length >= least) return slab;
    return Buffer.allocUnsafeSlow(Math.max(slabBytes, least));
  }

  /** Takes back what has not been written to. */
  give(rest: Buffer): void {
    if (rest.length >= worthKeeping && this.#free.length < mostKept) this.#free.push(rest);
  }
}
