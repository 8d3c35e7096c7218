import { fieldOverhead } from './dynamic-table.js';
import { staticLength, staticTable } from './static-table.js';

/** A header list as names and values by turns: `[':status', '200', 'content-type', …]`. */
export type FieldList = readonly string[];

/** The largest size of our own table, whatever the peer would allow. */
const mostTableBytes = 4096;
/** A longer value hardly occurs twice. */
const longestIndexed = 256;
/** How many fields that were sent once are remembered, to be put into the table when they are sent again. */
const mostCandidates = 64;

/** Always worth an entry. */
const common: ReadonlySet<string> = new Set(['content-type', 'grpc-status', 'grpc-accept-encoding']);
/** Never put into a table: different each time, or nothing that should be guessed by its length. */
const neverIndexed: ReadonlySet<string> = new Set(['grpc-message', 'set-cookie', 'authorization']);

const staticIndex = new Map<string, number>();
for (const [index, [name, value]] of staticTable.entries()) {
  if (index === 0) continue;
  if (!staticIndex.has(name)) staticIndex.set(name, index);
  if (!staticIndex.has(`${name}\0${value}`)) staticIndex.set(`${name}\0${value}`, index);
}

/**
 * Encodes header blocks in the order in which they are sent. Nothing is ever evicted from its table: what does not fit
 * is sent as it is. Strings are not Huffman-coded, since what matters is that a repeated field takes one byte.
 */
export class HpackEncoder {
  /** Counts the changes of the table: equal fields mean equal bytes as long as it stays the same. */
  version = 0;
  #maxBytes = mostTableBytes;
  #size = 0;
  #resized = false;
  /** Of each field in the table, how many were put in before it. */
  #order = new Map<string, number>();
  #sentOnce = new Set<string>();
  #block = Buffer.allocUnsafe(256);
  #end = 0;

  /** The peer's SETTINGS_HEADER_TABLE_SIZE. */
  resize(maxBytes: number): void {
    const next = Math.min(maxBytes, mostTableBytes);
    if (next === this.#maxBytes) return;
    this.#maxBytes = next;
    this.#resized = true;
    this.#order.clear();
    this.#size = 0;
    this.version += 1;
  }

  /** The block for `fields`. Valid until the next call. */
  encode(fields: FieldList): Uint8Array {
    this.#end = 0;
    if (this.#resized) {
      // To nothing first: the table was emptied.
      this.#resized = false;
      this.version += 1;
      this.#integer(0, 5, 0x20);
      this.#integer(this.#maxBytes, 5, 0x20);
    }
    for (let at = 0; at < fields.length; at += 2) this.#field(fields[at] as string, fields[at + 1] as string);
    return this.#block.subarray(0, this.#end);
  }

  #field(name: string, value: string): void {
    const key = `${name}\0${value}`;
    const known = staticIndex.get(key) ?? this.#dynamicIndex(key);
    if (known !== undefined) {
      this.#integer(known, 7, 0x80);
      return;
    }
    const indexed = this.#isWorthAnEntry(name, value, key);
    const nameIndex = staticIndex.get(name) ?? 0;
    this.#integer(nameIndex, indexed ? 6 : 4, indexed ? 0x40 : neverIndexed.has(name) ? 0x10 : 0);
    if (nameIndex === 0) this.#string(name);
    this.#string(value);
    if (indexed) {
      this.#size += name.length + value.length + fieldOverhead;
      this.#order.set(key, this.#order.size);
      this.version += 1;
    }
  }

  #dynamicIndex(key: string): number | undefined {
    const before = this.#order.get(key);
    return before === undefined ? undefined : staticLength + this.#order.size - before;
  }

  #isWorthAnEntry(name: string, value: string, key: string): boolean {
    if (this.#size + name.length + value.length + fieldOverhead > this.#maxBytes) return false;
    if (common.has(name)) return true;
    if (value.length > longestIndexed || neverIndexed.has(name) || name.endsWith('-bin')) return false;
    if (this.#sentOnce.delete(key)) return true;
    if (this.#sentOnce.size >= mostCandidates) this.#sentOnce.clear();
    this.#sentOnce.add(key);
    return false;
  }

  #integer(value: number, prefix: number, first: number): void {
    this.#reserve(6);
    const mask = (1 << prefix) - 1;
    if (value < mask) {
      this.#block[this.#end++] = first | value;
      return;
    }
    this.#block[this.#end++] = first | mask;
    let rest = value - mask;
    while (rest >= 128) {
      this.#block[this.#end++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#block[this.#end++] = rest;
  }

  #string(text: string): void {
    this.#integer(text.length, 7, 0);
    this.#reserve(text.length);
    this.#end += this.#block.write(text, this.#end, 'latin1');
  }

  #reserve(length: number): void {
    const needed = this.#end + length;
    if (needed <= this.#block.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#block.length * 2));
    this.#block.copy(larger, 0, 0, this.#end);
    this.#block = larger;
  }
}
