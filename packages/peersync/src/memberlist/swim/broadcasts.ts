/** A message that is to reach everyone, by being told to some again and again. */
interface Broadcast {
  /** A newer message with the same key makes this one needless. */
  readonly key: string;
  readonly bytes: Uint8Array;
  /** The greater, the newer. */
  readonly order: number;
  transmissions: number;
}

/** Messages that wait; the most transmitted are dropped beyond. */
const mostBroadcasts = 4_096;

/** Bytes that a message takes in a compound besides its own. */
export const partBytes = 2;

/** The messages that are to be passed on, each a limited number of times. */
export class Broadcasts {
  readonly #queue = new Map<string, Broadcast>();
  #count = 0;

  get size(): number {
    return this.#queue.size;
  }

  /** Whether the message with the key has still to be sent. */
  has(key: string): boolean {
    return this.#queue.has(key);
  }

  /** Queues the message, in place of an older one with the same key. */
  add(key: string, bytes: Uint8Array): void {
    this.#queue.delete(key);
    this.#queue.set(key, { key, bytes, order: this.#count++, transmissions: 0 });
    if (this.#queue.size <= mostBroadcasts) return;
    const last = this.#inOrder().at(-1);
    if (last !== undefined) this.#queue.delete(last.key);
  }

  /**
   * Messages for one packet with so much space: the least transmitted first, of these the longest that fits, of these
   * the newest. Each is dropped when it was taken `limit` times.
   */
  take(space: number, limit: number): Uint8Array[] {
    if (this.#queue.size === 0) return [];
    const taken: Uint8Array[] = [];
    let left = space;
    for (const broadcast of this.#inOrder()) {
      const needed = broadcast.bytes.length + partBytes;
      if (needed > left || taken.length === 255) continue;
      left -= needed;
      taken.push(broadcast.bytes);
      broadcast.transmissions += 1;
      if (broadcast.transmissions >= limit) this.#queue.delete(broadcast.key);
    }
    return taken;
  }

  #inOrder(): Broadcast[] {
    return [...this.#queue.values()].sort(
      (a, b) => a.transmissions - b.transmissions || b.bytes.length - a.bytes.length || b.order - a.order,
    );
  }
}
