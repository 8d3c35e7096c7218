import { Truncated, WireError } from './wire-error.js';

/** The types of a MessagePack value in memberlist. Text and bytes are the same to Go: both come as bytes. */
export type Packed = null | boolean | number | Uint8Array | readonly number[] | ReadonlyMap<string, Packed>;

/** The values that we write: text, bytes and their absence, whole numbers, booleans. */
export type Packable = null | boolean | number | string | Uint8Array;

const mostKeys = 32;
const mostItems = 1_024;

/** Reads one value at `at`. Returns it with where it ended. Throws {@link WireError}, {@link Truncated} included. */
export function unpack(bytes: Uint8Array, at = 0): { readonly value: Packed; readonly end: number } {
  const reader = new Reader(bytes, at);
  return { value: reader.value(2), end: reader.at };
}

class Reader {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  value(depth: number): Packed {
    const type = this.#view.getUint8(this.#skip(1));
    if (type < 0x80) return type;
    if (type < 0x90) return this.#map(type & 0x0f, depth);
    if (type < 0xa0) return this.#array(type & 0x0f);
    if (type < 0xc0) return this.#raw(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xd9:
        return this.#raw(this.#view.getUint8(this.#skip(1)));
      case 0xc5:
      case 0xda:
        return this.#raw(this.#view.getUint16(this.#skip(2)));
      case 0xc6:
      case 0xdb:
        return this.#raw(this.#view.getUint32(this.#skip(4)));
      case 0xdc:
        return this.#array(this.#view.getUint16(this.#skip(2)));
      case 0xde:
        return this.#map(this.#view.getUint16(this.#skip(2)), depth);
      default:
        return this.#integer(type);
    }
  }

  #integer(type: number): number {
    switch (type) {
      case 0xcc:
        return this.#view.getUint8(this.#skip(1));
      case 0xcd:
        return this.#view.getUint16(this.#skip(2));
      case 0xce:
        return this.#view.getUint32(this.#skip(4));
      case 0xcf:
        return safe(this.#view.getBigUint64(this.#skip(8)));
      case 0xd0:
        return this.#view.getInt8(this.#skip(1));
      case 0xd1:
        return this.#view.getInt16(this.#skip(2));
      case 0xd2:
        return this.#view.getInt32(this.#skip(4));
      case 0xd3:
        return safe(this.#view.getBigInt64(this.#skip(8)));
      default:
        throw new WireError(`MessagePack type ${type}`);
    }
  }

  #raw(length: number): Uint8Array {
    const from = this.#skip(length);
    return this.#bytes.subarray(from, from + length);
  }

  #array(length: number): number[] {
    if (length > mostItems) throw new WireError(`an array of ${length}`);
    return Array.from({ length }, () => {
      const item = this.value(0);
      if (typeof item !== 'number') throw new WireError('an array of something else than numbers');
      return item;
    });
  }

  #map(size: number, depth: number): ReadonlyMap<string, Packed> {
    if (depth === 0 || size > mostKeys) throw new WireError(`a map of ${size} at this place`);
    const map = new Map<string, Packed>();
    for (let i = 0; i < size; i++) {
      const key = this.value(0);
      if (!(key instanceof Uint8Array)) throw new WireError('a map key that is no text');
      map.set(textOf(key), this.value(depth - 1));
    }
    return map;
  }

  /** Moves on by `length` bytes, if there are so many. Returns where they begin. */
  #skip(length: number): number {
    const from = this.at;
    if (from + length > this.#bytes.length) throw new Truncated();
    this.at = from + length;
    return from;
  }
}

function safe(integer: bigint): number {
  const number = Number(integer);
  if (!Number.isSafeInteger(number)) throw new WireError('an integer beyond 2^53');
  return number;
}

const decoder = new TextDecoder();
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);

/** Fields that Go keeps in a signed integer, and writes as one. */
const signed: ReadonlySet<string> = new Set(['Nodes', 'UserStateLen', 'UserMsgLen', 'State']);

/** Writes a map as Go does: keys sorted, text and bytes in the same form, integers as short as may be. */
export function packMap(fields: Readonly<Record<string, Packable | undefined>>): Uint8Array {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined) as [string, Packable][];
  const parts: Uint8Array[] = [Uint8Array.of(0x80 | present.length)];
  for (const [key, value] of present.sort(([a], [b]) => (a < b ? -1 : 1))) {
    parts.push(...packRaw(Buffer.from(key)), ...packValue(value, signed.has(key)));
  }
  return Buffer.concat(parts);
}

function packValue(value: Packable, isSigned: boolean): Uint8Array[] {
  if (value === null) return [Uint8Array.of(0xc0)];
  if (typeof value === 'boolean') return [Uint8Array.of(value ? 0xc3 : 0xc2)];
  if (typeof value === 'number') return [packInteger(value, isSigned)];
  return packRaw(typeof value === 'string' ? Buffer.from(value) : value);
}

function packInteger(value: number, isSigned: boolean): Uint8Array {
  if (value < 0x80) return Uint8Array.of(value);
  if (isSigned) return value < 0x8000 ? headed(0xd1, 2, value) : headed(0xd2, 4, value);
  if (value < 0x100) return headed(0xcc, 1, value);
  return value < 0x10000 ? headed(0xcd, 2, value) : headed(0xce, 4, value);
}

function packRaw(bytes: Uint8Array): Uint8Array[] {
  const { length } = bytes;
  if (length < 32) return [Uint8Array.of(0xa0 | length), bytes];
  return [length < 0x10000 ? headed(0xda, 2, length) : headed(0xdb, 4, length), bytes];
}

function headed(type: number, size: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(1 + size);
  bytes.writeUInt8(type);
  bytes.writeUIntBE(value, 1, size);
  return bytes;
}
