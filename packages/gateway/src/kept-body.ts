import { compress } from './compression.js';

/** A body that is sent to whoever asks, always the same: made once, compressed once, and shared by all who wait to read it. */
export class KeptBody {
  readonly bytes: Buffer;
  readonly #compressed = new Map<string, Promise<Buffer>>();

  constructor(body: string | Buffer) {
    this.bytes = Buffer.from(body);
  }

  /** As a caller wants it who takes that content coding. */
  encoded(encoding: string | undefined): Promise<Buffer> {
    if (encoding === undefined) return Promise.resolve(this.bytes);
    let made = this.#compressed.get(encoding);
    if (made === undefined) {
      made = compress(this.bytes, encoding);
      this.#compressed.set(encoding, made);
    }
    return made;
  }
}
