import { WireError } from './wire-error.js';

/** The bytes of a stream that have arrived so far. */
export class ByteSource {
  #bytes: Uint8Array = new Uint8Array(4_096);
  #length = 0;
  readonly #most: number;

  /** `most`: how many bytes a stream may have. */
  constructor(most: number) {
    this.#most = most;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Throws {@link WireError} when they become too many. */
  push(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    if (length > this.#most) throw new WireError(`a stream of more than ${this.#most} bytes`);
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
      larger.set(this.bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
  }
}
