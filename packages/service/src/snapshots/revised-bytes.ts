import { joined } from '../page.js';

/** Field 100, the revision, with a number of eight bytes whatever its value: a varint may be longer than it needs. */
const revisionField = Uint8Array.of(0xa0, 0x06, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00);
const revisionBytes = 8;

/**
 * A message whose revision is written into its place for each answer, rather than a copy made of what may be megabytes.
 * So the bytes of an earlier answer, if they are not sent yet, tell a later revision; at which, too, they are true: they
 * are dropped with the first change of what they show.
 */
export class RevisedBytes {
  #bytes: Uint8Array;

  /** `revised`: whether there is a revision to tell. */
  constructor(parts: readonly Uint8Array[], revised: boolean) {
    this.#bytes = joined(revised ? [...parts, revisionField] : parts);
  }

  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  at(revision: number | undefined): Uint8Array {
    if (revision === undefined) return this.#bytes;
    const start = this.#bytes.byteLength - revisionBytes;
    let rest = revision;
    for (let i = 0; i < revisionBytes - 1; i += 1) {
      this.#bytes[start + i] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[start + revisionBytes - 1] = rest;
    return this.#bytes;
  }
}
