/*
 * Writes protobuf fields into one buffer whose size is known before: several times faster than a writer that grows. Fields
 * at their default are left out, as in proto3. `tag` is number and wire type.
 */

/** The size of a field of bytes or text, whose tag has one byte. */
export const sizeOfBytes = (length: number): number => (length === 0 ? 0 : 1 + varintSize(length) + length);

/** The size of a field of a whole number, not negative, whose tag has one byte. */
export const sizeOfNumber = (value: number): number => (value === 0 ? 0 : 1 + varintSize(value));

export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest /= 128) size += 1;
  return size;
}

export class WireWriter {
  readonly buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.buffer[this.#at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.#at++] = rest;
  }

  number(tag: number, value: number): void {
    if (value === 0) return;
    this.varint(tag);
    this.varint(value);
  }

  text(tag: number, text: string, length: number): void {
    if (length === 0) return;
    this.varint(tag);
    this.varint(length);
    this.buffer.write(text, this.#at, length);
    this.#at += length;
  }

  bytes(tag: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.varint(tag);
    this.varint(bytes.length);
    this.buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }
}
