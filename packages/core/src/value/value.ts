import { inspect } from 'node:util';
import { bigintOf, numberOf, readNumber } from '../codecs/numbers.js';
import { type CodecRegistry, defaultCodecs, typeOfDecoded } from '../codecs/registry.js';
import { mask, Secret } from '../codecs/secret.js';
import type { EncodedValue, Entry } from '../contract/entry.js';
import { ConfigError } from '../contract/errors.js';
import { describe, isExact, isPlainObject } from './describe.js';
import { freezeDeeply } from './freeze.js';
import { jsonOf } from './value-json.js';
import type { ValueType } from './value-type.js';

export interface ValueOptions {
  /** Default `json`. */
  readonly codec?: string;
  /** Default {@link defaultCodecs}. */
  readonly codecs?: CodecRegistry;
}

export interface EntryValueOptions {
  /** Default {@link defaultCodecs}. */
  readonly codecs?: CodecRegistry;
  /** The store could not be asked; this is the last that was seen. Default false. */
  readonly stale?: boolean;
}

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A value as apps see it: its bytes as they travel, and on demand the data in them. Immutable and shared. The typed
 * getters convert where nothing is lost and else throw `type_mismatch`; all of them throw `invalid_value` for bytes
 * that the codec cannot read. Printed or turned to JSON, a secret stays hidden.
 */
export class Value implements EncodedValue {
  static {
    Object.defineProperty(Value.prototype, inspect.custom, { value: show });
  }

  readonly #bytes: Uint8Array;
  readonly #codecs: CodecRegistry;
  readonly #entry: Entry | undefined;
  #data: unknown;
  readonly codec: string;
  readonly type: ValueType;
  /** The store could not be asked; this is the last that was seen. */
  readonly stale: boolean;

  private constructor(
    value: EncodedValue,
    codecs: CodecRegistry,
    data: unknown,
    entry: Entry | undefined,
    stale: boolean,
  ) {
    this.#bytes = value.bytes;
    this.#codecs = codecs;
    this.#entry = entry;
    this.#data = data;
    this.codec = value.codec;
    this.type = value.type;
    this.stale = stale;
  }

  /**
   * Encodes data, to be set. Throws `codec_not_found`, and `invalid_value` with the path inside the data for what the
   * codec cannot keep exactly. Later changes of `data` do not matter.
   */
  static of(data: unknown, { codec = 'json', codecs = defaultCodecs() }: ValueOptions = {}): Value {
    const bytes = codecs.encode(data, codec);
    // Decoded at once, so that nothing is written which cannot be read again.
    const decoded = codecs.decode(bytes, codec);
    const type = typeOfDecoded(decoded);
    return new Value({ bytes, codec, type }, codecs, freezeDeeply(decoded) ? decoded : undefined, undefined, false);
  }

  /**
   * Takes bytes as they are, to be set: a file, say, comments and all. Throws `invalid_value` for bytes that the codec
   * cannot read, but not for those whose data would not be exact: they are kept, and refused to who asks for the data.
   *
   * @example
   * const value = Value.fromBytes(await readFile('application.yml'), { codec: 'yaml' });
   * await manager.namespace('petclinic').set('application.yml', value);
   * value.documents(); // one for each profile
   */
  static fromBytes(bytes: Uint8Array, { codec = 'json', codecs = defaultCodecs() }: ValueOptions = {}): Value {
    const copy = Uint8Array.from(bytes);
    return new Value({ bytes: copy, codec, type: codecs.inspect(copy, codec) }, codecs, undefined, undefined, false);
  }

  /** Wraps what a store holds; nothing is decoded or copied. */
  static fromEntry(entry: Entry, { codecs = defaultCodecs(), stale = false }: EntryValueOptions = {}): Value {
    return new Value(entry, codecs, undefined, entry, stale);
  }

  /** The same value, marked as one that could not be checked. */
  asStale(): Value {
    return this.stale ? this : new Value(this, this.#codecs, this.#data, this.#entry, true);
  }

  /** The same entry and bytes, with other data: for what references in it stand for. `data` is frozen. */
  withData(data: unknown, stale: boolean = this.stale): Value {
    freezeDeeply(data);
    const { bytes, codec } = this;
    return new Value({ bytes, codec, type: typeOfDecoded(data) }, this.#codecs, data, this.#entry, stale);
  }

  /** Whether the value is not to be used any more at `nowMs`, milliseconds since the epoch. Default: now. */
  isExpired(nowMs: number = Date.now()): boolean {
    const expiresAtMs = this.#entry?.expiresAtMs;
    return expiresAtMs !== undefined && expiresAtMs <= nowMs;
  }

  /** The server does not show the value: the caller may not reveal it. `bytes` is empty, and the data is refused. */
  get masked(): boolean {
    return this.#entry?.masked ?? false;
  }

  /** The encoded form. Shared: do not change it. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * The decoded data, the first document's where there are several. Nobody can change it for others: it is frozen, or,
   * with anything in it that cannot be frozen, decoded anew at each call; of a codec that is not registered, it is a copy
   * of the bytes. Throws `invalid_value` for what cannot be read exactly, and `permission_denied` for a masked one.
   */
  get data(): unknown {
    this.#checkShown();
    if (this.#data !== undefined) return this.#data;
    if (!this.#codecs.has(this.codec)) return Uint8Array.from(this.#bytes);
    const data = this.#decode(() => this.#codecs.decode(this.#bytes, this.codec));
    if (freezeDeeply(data)) this.#data = data;
    return data;
  }

  /**
   * The data of all documents of a YAML stream, in their order; an empty document is null. Of another codec, `data` as
   * the only one. Decoded at each call. Throws `invalid_value` if any of them cannot be read exactly.
   */
  documents(): readonly unknown[] {
    this.#checkShown();
    if (!this.#codecs.has(this.codec)) return [this.data];
    const documents = this.#decode(() => this.#codecs.documents(this.#bytes, this.codec));
    freezeDeeply(documents);
    return documents;
  }

  /** Empty for a value that is not from a store; so are the other facts of an entry 0 or `undefined`. */
  get key(): string {
    return this.#entry?.key ?? '';
  }

  get version(): number {
    return this.#entry?.version ?? 0;
  }

  /** The store-wide revision of the write that made it; 0 where the store has none. */
  get revision(): number {
    return this.#entry?.revision ?? 0;
  }

  /** Who wrote this version, as the service knows them; empty if not known. */
  get author(): string {
    return this.#entry?.author ?? '';
  }

  /** Why, in the writer's words; empty if not said. */
  get comment(): string {
    return this.#entry?.comment ?? '';
  }

  get createdAt(): Date | undefined {
    return this.#entry && new Date(this.#entry.createdAtMs);
  }

  get updatedAt(): Date | undefined {
    return this.#entry && new Date(this.#entry.updatedAtMs);
  }

  get expiresAt(): Date | undefined {
    return this.#entry?.expiresAtMs === undefined ? undefined : new Date(this.#entry.expiresAtMs);
  }

  /** Text; also a number or a boolean, written out. */
  string(): string {
    const data = this.data;
    if (typeof data === 'string') return data;
    if (typeof data === 'boolean' || typeof data === 'bigint') return String(data);
    if (typeof data === 'number' && isExact(data)) return String(data);
    throw this.#mismatch('string');
  }

  /** A number; also a string that is one, and a bigint that a double has exactly. */
  number(): number {
    return this.#toNumber() ?? fail(this.#mismatch('number'));
  }

  /** A whole number of any size; also a float without fraction, and a string that is one. */
  bigint(): bigint {
    const { data } = this;
    const number = typeof data === 'string' && numeric.test(data) ? readNumber(data) : data;
    const whole = typeof number === 'number' ? bigintOf(number) : number;
    return typeof whole === 'bigint' ? whole : fail(this.#mismatch('bigint'));
  }

  /** A whole number up to ±(2^53 − 1): an int, a float without fraction, or a string that is one. */
  integer(): number {
    const number = this.#toNumber();
    return number !== undefined && Number.isSafeInteger(number) ? number : fail(this.#mismatch('int'));
  }

  /** Short for {@link integer}. */
  int(): number {
    return this.integer();
  }

  /** A boolean; also the strings `true` and `false`. */
  boolean(): boolean {
    const data = this.data;
    if (typeof data === 'boolean') return data;
    if (data === 'true' || data === 'false') return data === 'true';
    throw this.#mismatch('bool');
  }

  /** An object, frozen. What is in it is not checked: `T` is the caller's word. */
  object<T extends object = Record<string, unknown>>(): Readonly<T> {
    const data = this.data;
    if (isPlainObject(data)) return data as T;
    throw this.#mismatch('object');
  }

  /** An array, frozen. What is in it is not checked. */
  array<T = unknown>(): readonly T[] {
    const data = this.data;
    if (Array.isArray(data)) return data as T[];
    throw this.#mismatch('array');
  }

  /** A secret; also a string. */
  secret(): Secret {
    const data = this.data;
    if (data instanceof Secret) return data;
    if (typeof data === 'string') return new Secret(data);
    throw this.#mismatch('secret');
  }

  /**
   * The data for `JSON.stringify`, which writes numbers of any size exactly, an infinite one and NaN as their names,
   * dates as text, bytes in base64, and hides a secret and what is masked.
   */
  toJSON(): unknown {
    if (this.masked) return mask;
    return jsonOf(this.data);
  }

  #checkShown(): void {
    if (!this.masked) return;
    throw new ConfigError('permission_denied', `${this.key} is masked: the caller may not reveal it`);
  }

  #decode<T>(decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      const why = error instanceof Error ? error.message : 'cannot be decoded';
      throw new ConfigError('invalid_value', this.key ? `${this.key}: ${why}` : why, { cause: error });
    }
  }

  #toNumber(): number | undefined {
    const data = this.data;
    if (typeof data === 'number') return data;
    if (typeof data === 'bigint') return numberOf(data);
    if (typeof data !== 'string' || !numeric.test(data)) return undefined;
    const number = readNumber(data);
    return typeof number === 'number' ? number : undefined;
  }

  /** Names the key and the types, never the value. */
  #mismatch(wanted: string): ConfigError {
    const is = describe(this.data);
    return new ConfigError('type_mismatch', `type mismatch: ${this.key || 'value'} is ${is}, not ${wanted}`);
  }
}

/** How Node prints a value: its facts and its data, not its bytes. */
function show(this: Value, _depth: number, options: object): string {
  const { key, codec, type, version, revision, stale } = this;
  let data: string;
  try {
    data = this.masked ? mask : inspect(this.data, options);
  } catch {
    data = '(undecodable)';
  }
  return `Value ${inspect({ key, codec, type, version, revision, stale }, options)} ${data}`;
}

function fail(error: ConfigError): never {
  throw error;
}
