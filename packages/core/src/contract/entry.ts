import type { ValueType } from '../value/value-type.js';

/** A value as stores keep it: bytes, and what they are. The bytes are never changed, by anyone. */
export interface EncodedValue {
  readonly bytes: Uint8Array;
  /** The name of the codec that made the bytes. */
  readonly codec: string;
  readonly type: ValueType;
}

export interface EntryInit extends Omit<EncodedValue, 'bytes'> {
  /** The bytes, or the compact form of them that a store in memory keeps: see {@link compact}. */
  readonly bytes: Uint8Array | string;
  readonly namespace: string;
  readonly key: string;
  readonly version: number;
  readonly revision?: number | undefined;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly expiresAtMs?: number | undefined;
  readonly deleted?: boolean | undefined;
  readonly author?: string | undefined;
  readonly comment?: string | undefined;
}

/** One version of one key, as a store holds it. Immutable and shared by everyone who reads it. */
export class Entry implements EncodedValue {
  readonly namespace: string;
  readonly key: string;
  readonly codec: string;
  readonly type: ValueType;
  /** 1 for a key's first value, then one more with each set, also across a delete. */
  readonly version: number;
  /** The store-wide revision of the write that made this version; 0 where the store has none. */
  readonly revision: number;
  /** Milliseconds since the epoch, as are the other times. */
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** From this time on the entry is absent. `undefined`: it never expires. */
  readonly expiresAtMs: number | undefined;
  /** A tombstone: the key was deleted; `version` is the last that it had, `bytes` is empty. */
  readonly deleted: boolean;
  /** Who wrote this version (of a tombstone: who deleted it), as the service knows them; empty if not known. */
  readonly author: string;
  /** Why, in the writer's words; empty if not said. */
  readonly comment: string;
  /** The entry's ready wire form, put here by the door that first sends it, so that it is encoded once. */
  encoded: Uint8Array | undefined = undefined;
  readonly #bytes: Uint8Array | string;

  constructor(init: EntryInit) {
    this.namespace = init.namespace;
    this.key = init.key;
    this.#bytes = init.bytes;
    this.codec = init.codec;
    this.type = init.type;
    this.version = init.version;
    this.revision = init.revision ?? 0;
    this.createdAtMs = init.createdAtMs;
    this.updatedAtMs = init.updatedAtMs;
    this.expiresAtMs = init.expiresAtMs;
    this.deleted = init.deleted ?? false;
    this.author = init.author ?? '';
    this.comment = init.comment ?? '';
  }

  get bytes(): Uint8Array {
    return typeof this.#bytes === 'string' ? Buffer.from(this.#bytes, 'latin1') : this.#bytes;
  }

  /** How many bytes the value has. */
  get size(): number {
    return this.#bytes.length;
  }
}

/** Beyond so many bytes a buffer's own weight does not matter. */
const compactUpTo = 4096;

/**
 * A copy of a value's bytes to keep for long: of small ones as text, a character a byte. An ArrayBuffer of 100 bytes
 * weighs five times that, and one that is cut from a pool keeps the whole pool alive.
 */
export function compact(bytes: Uint8Array): Uint8Array | string {
  if (bytes.length > compactUpTo) return new Uint8Array(bytes);
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1');
}

/** A second, global name for a key. */
export interface Alias {
  readonly alias: string;
  /** The key that the alias stands for, in whatever namespace it is used. */
  readonly target: string;
  readonly version: number;
  /** The revision of the write that made it; 0 where the store has none. */
  readonly revision: number;
  readonly createdAtMs: number;
}
