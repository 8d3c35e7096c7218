import type { ValueType } from '../value/value-type.js';
import { ConfigError } from './errors.js';

/** A value as stores keep it: bytes, and what they are. The bytes are never changed, by anyone. */
export interface EncodedValue {
  readonly bytes: Uint8Array;
  /** The name of the codec that made the bytes. */
  readonly codec: string;
  readonly type: ValueType;
}

/** Bytes that are kept sealed, or elsewhere, and opened when they are first asked for. */
export interface SealedBytes {
  /** How many bytes the value has. */
  readonly size: number;
  /** Throws a `ConfigError` where they cannot be opened. */
  open(): Uint8Array;
}

export interface EntryInit extends Omit<EncodedValue, 'bytes'> {
  /** The bytes, the compact form of them that a store in memory keeps (see {@link compact}), or the sealed one. */
  readonly bytes: Uint8Array | string | SealedBytes;
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
  readonly secret?: boolean | undefined;
  readonly masked?: boolean | undefined;
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
  /** The value is secret, as the store's policy says: it is kept off disks, logs and trails. A tombstone has none. */
  readonly secret: boolean;
  /** The value is not shown: `bytes` is empty. Everything else is true. */
  readonly masked: boolean;
  /** The entry's ready wire form, put here by the door that first sends it, so that it is encoded once. */
  encoded: Uint8Array | undefined = undefined;
  #bytes: Uint8Array | string | SealedBytes;
  #masked: Entry | undefined;

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
    this.secret = (init.secret ?? false) && !this.deleted;
    this.masked = init.masked ?? false;
  }

  /** Of a value that is kept sealed, throws `unavailable` while its key cannot be had, `internal` where it does not open. */
  get bytes(): Uint8Array {
    if (typeof this.#bytes === 'string') return Buffer.from(this.#bytes, 'latin1');
    if ('open' in this.#bytes) this.#bytes = this.#bytes.open();
    return this.#bytes;
  }

  /** How many bytes the value has. */
  get size(): number {
    const bytes = this.#bytes;
    return typeof bytes !== 'string' && 'open' in bytes ? bytes.size : bytes.length;
  }

  /** The entry without its value, for those who may not see it. The same object each time: it is encoded once. */
  asMasked(): Entry {
    if (this.masked) return this;
    this.#masked ??= new Entry({ ...this, bytes: nothing, masked: true });
    return this.#masked;
  }

  /** Drops the ready wire forms. */
  dropEncoded(): void {
    this.encoded = undefined;
    this.#masked = undefined;
  }
}

const nothing = new Uint8Array(0);

/** Throws `invalid_value` for a masked value: written back, it would take the place of the real one. */
export function checkShown(key: string, value: EncodedValue): void {
  if (!('masked' in value) || value.masked !== true) return;
  throw new ConfigError('invalid_value', `${key}: a masked value cannot be written, as it is not the value`);
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
