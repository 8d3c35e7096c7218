import type { Stream } from './stream.js';

/** How many streams that we ended early are remembered: their last frames may still be under way. */
const mostAbandoned = 1_000;

/** The streams of one connection. */
export class StreamTable {
  /** The highest that the client has opened. Those below that are not open are closed. */
  lastId = 0;
  #open = new Map<number, Stream>();
  /** Ended by us while the client could still be sending. */
  #abandoned = new Set<number>();

  get size(): number {
    return this.#open.size;
  }

  get(id: number): Stream | undefined {
    return this.#open.get(id);
  }

  add(stream: Stream): void {
    this.#open.set(stream.id, stream);
  }

  /** Returns whether it was open. */
  delete(stream: Stream): boolean {
    return this.#open.delete(stream.id);
  }

  all(): Iterable<Stream> {
    return this.#open.values();
  }

  /** Whether frames of it may come that have no meaning any more. */
  isAbandoned(id: number): boolean {
    return this.#abandoned.has(id);
  }

  abandon(id: number): void {
    this.#abandoned.add(id);
    if (this.#abandoned.size > mostAbandoned) this.#abandoned.delete(this.#abandoned.values().next().value as number);
  }

  /** Whether a client may speak of that stream: it is one of its own, and has been opened. */
  wasOpened(id: number): boolean {
    return (id & 1) === 1 && id <= this.lastId;
  }
}
