import { Status } from 'nice-grpc-common';
import { HttpError } from './http-error.js';

/** The approximate size of an answer beside its body, in bytes. */
const overhead = 2_048;

/** Releases the held bytes; a second call changes nothing. */
export type Release = () => void;

/**
 * Bounds what answers take together that wait for their callers to read. Bytes that many answers share are there once, and
 * count once; text is copied for each connection, and counts each time.
 */
export class Unsent {
  readonly #maxBytes: number;
  readonly #holders = new Map<Uint8Array, number>();
  #bytes = 0;
  #refused = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How often there was no room. */
  get refused(): number {
    return this.#refused;
  }

  /** The bytes that answers hold now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Undefined where there is no room. The first is always let in. */
  tryHold(bytes: number, shared?: Iterable<Uint8Array>): Release | undefined {
    const release = this.spare(bytes, shared);
    if (release === undefined) this.#refused += 1;
    return release;
  }

  /** The same for what can be done without: it does not count as refused. */
  spare(bytes: number, shared: Iterable<Uint8Array> = []): Release | undefined {
    const parts = [...shared];
    const added = parts.reduce((sum, part) => sum + (this.#holders.has(part) ? 0 : part.length), bytes + overhead);
    if (this.#bytes > 0 && this.#bytes + added > this.#maxBytes) return undefined;
    this.#bytes += bytes + overhead;
    for (const part of parts) this.#share(part);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#bytes -= bytes + overhead;
      for (const part of parts) this.#unshare(part);
    };
  }

  /** Throws RESOURCE_EXHAUSTED where there is no room. */
  hold(bytes: number, shared?: Iterable<Uint8Array>): Release {
    const release = this.tryHold(bytes, shared);
    if (release !== undefined) return release;
    throw new HttpError(Status.RESOURCE_EXHAUSTED, 'too many answers wait for their callers to read; try again later');
  }

  #share(part: Uint8Array): void {
    const holders = this.#holders.get(part) ?? 0;
    if (holders === 0) this.#bytes += part.length;
    this.#holders.set(part, holders + 1);
  }

  #unshare(part: Uint8Array): void {
    const holders = this.#holders.get(part) ?? 0;
    if (holders > 1) {
      this.#holders.set(part, holders - 1);
    } else if (this.#holders.delete(part)) {
      this.#bytes -= part.length;
    }
  }
}
