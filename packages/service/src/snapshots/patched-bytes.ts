import { joined } from '../entries-answer.js';

/** The parts of a SnapshotResponse that go on changing while its entries do not. */
export interface ShownAt {
  /** Field 100: every write up to it is in the snapshot. */
  readonly revision: number;
  /** Field 103: a resume from here on succeeds. */
  readonly oldestRevision: number;
}

/** A field of a number in eight bytes, whatever its value: a varint may be longer than it needs. */
const fieldOf = (...tag: number[]): readonly number[] => [...tag, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00];

const numberBytes = 8;
const fields = Uint8Array.from([...fieldOf(0xa0, 0x06), ...fieldOf(0xb8, 0x06)]);

/**
 * A message whose numbers are patched in place for each answer, rather than a copy made of what may be megabytes. The
 * buffer is shared by all answers: one that is still being sent may show a later revision. That is correct, because the
 * content is unchanged at that revision; otherwise the buffer would have been replaced.
 */
export class PatchedBytes {
  #bytes: Uint8Array;

  /** `revised`: whether there are revisions to tell. */
  constructor(parts: readonly Uint8Array[], revised: boolean) {
    this.#bytes = joined(revised ? [...parts, fields] : parts);
  }

  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  at(shown: ShownAt | undefined): Uint8Array {
    if (shown === undefined) return this.#bytes;
    const end = this.#bytes.byteLength;
    this.#patch(end - fields.byteLength / 2, shown.revision);
    this.#patch(end, shown.oldestRevision);
    return this.#bytes;
  }

  /** Writes a number into the field that ends at `end`. */
  #patch(end: number, value: number): void {
    let rest = value;
    for (let at = end - numberBytes; at < end - 1; at += 1) {
      this.#bytes[at] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[end - 1] = rest;
  }
}
