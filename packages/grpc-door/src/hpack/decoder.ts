import { DynamicTable, type Field, fieldOverhead } from './dynamic-table.js';
import { decodeHuffman } from './huffman.js';
import { staticLength, staticTable } from './static-table.js';

/** The bytes are not HPACK. The connection cannot go on, for both ends' tables no longer agree. */
export class HpackError extends Error {
  override readonly name = 'HpackError';
}

export interface DecoderLimits {
  /** The size of the dynamic table that the peer may use, in bytes: SETTINGS_HEADER_TABLE_SIZE. */
  readonly tableBytes: number;
  /** The size of a header list, in bytes as HTTP/2 counts them: with 32 for each field. */
  readonly listBytes: number;
}

/** A decoded header block, or that it was larger than may be. */
export type Decoded =
  | { readonly fields: readonly Field[]; readonly tooLarge: false }
  | { readonly fields: undefined; readonly tooLarge: true };

const tooLarge: Decoded = { fields: undefined, tooLarge: true };

/**
 * Decodes header blocks in the order in which they come (RFC 7541). Pure: bytes in, fields out. What it holds is bounded
 * by the limits.
 */
export class HpackDecoder {
  /** Counts the changes of the dynamic table: equal bytes mean equal fields as long as it stays the same. */
  version = 0;
  #limits: DecoderLimits;
  #table: DynamicTable;
  #at = 0;
  #end = 0;

  constructor(limits: DecoderLimits) {
    this.#limits = limits;
    this.#table = new DynamicTable(limits.tableBytes);
  }

  /**
   * Decodes one block. One that is larger than may be is read to its end all the same, so that the table stays right.
   *
   * @throws HpackError if it is not HPACK
   */
  decode(bytes: Buffer, start: number, end: number): Decoded {
    this.#at = start;
    this.#end = end;
    const fields: Field[] = [];
    let size = 0;
    let begun = false;
    while (this.#at < end) {
      const first = bytes[this.#at] as number;
      if ((first & 0xe0) === 0x20) {
        if (begun) throw new HpackError('the table is resized after a field');
        this.#resize(this.#integer(bytes, 5));
        continue;
      }
      begun = true;
      const field = this.#field(bytes, first);
      size += field[0].length + field[1].length + fieldOverhead;
      if (size <= this.#limits.listBytes) fields.push(field);
    }
    return size > this.#limits.listBytes ? tooLarge : { fields, tooLarge: false };
  }

  #field(bytes: Buffer, first: number): Field {
    if (first & 0x80) return this.#known(this.#integer(bytes, 7));
    const indexed = (first & 0x40) !== 0;
    const index = this.#integer(bytes, indexed ? 6 : 4);
    const name = index === 0 ? this.#string(bytes) : this.#known(index)[0];
    const field: Field = [name, this.#string(bytes)];
    if (indexed) {
      this.#table.add(field);
      this.version += 1;
    }
    return field;
  }

  #known(index: number): Field {
    const field = index <= staticLength ? staticTable[index] : this.#table.at(index - staticLength - 1);
    if (index === 0 || field === undefined) throw new HpackError(`no field has the index ${index}`);
    return field;
  }

  #resize(size: number): void {
    if (size > this.#limits.tableBytes) throw new HpackError(`a table of ${size} bytes is larger than allowed`);
    this.#table.resize(size);
    this.version += 1;
  }

  /** An integer with a prefix of so many bits (RFC 7541, 5.1), of four bytes more at most. */
  #integer(bytes: Buffer, prefix: number): number {
    const mask = (1 << prefix) - 1;
    let value = (bytes[this.#at++] as number) & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      if (this.#at >= this.#end) throw new HpackError('an integer is cut off');
      const byte = bytes[this.#at++] as number;
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new HpackError('an integer is too large');
  }

  #string(bytes: Buffer): string {
    if (this.#at >= this.#end) throw new HpackError('a string is missing');
    const coded = ((bytes[this.#at] as number) & 0x80) !== 0;
    const length = this.#integer(bytes, 7);
    const start = this.#at;
    const end = start + length;
    if (end > this.#end) throw new HpackError('a string is cut off');
    this.#at = end;
    if (!coded) return bytes.toString('latin1', start, end);
    const text = decodeHuffman(bytes, start, end);
    if (text === undefined) throw new HpackError('a Huffman string is malformed');
    return text;
  }
}
