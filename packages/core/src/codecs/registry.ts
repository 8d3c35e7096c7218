import { ConfigError, isConfigError } from '../contract/errors.js';
import { typeOfData, type ValueType } from '../value/value-type.js';
import { type Codec, checkCodecName, invalidValue, UnreadableValue } from './codec.js';
import { jsonCodec } from './json.js';
import { Secret, secretCodec } from './secret.js';
import { tomlCodec } from './toml.js';
import { yamlCodec } from './yaml.js';

/** Codecs by name. What a name stands for never changes; names that are not registered pass through as bytes. */
export class CodecRegistry {
  readonly #codecs = new Map<string, Codec>();
  #frozen = false;

  constructor(codecs: Iterable<Codec> = []) {
    for (const codec of codecs) this.register(codec);
  }

  /** Throws `invalid_argument` if the name is taken or the registry frozen, `codec_not_found` if it is not a name. */
  register(codec: Codec): this {
    checkCodecName(codec.name);
    if (this.#frozen) throw new ConfigError('invalid_argument', 'the default codecs cannot be changed; use extend()');
    if (this.#codecs.has(codec.name)) {
      throw new ConfigError('invalid_argument', `codec ${codec.name} is already registered`);
    }
    this.#codecs.set(codec.name, codec);
    return this;
  }

  /** A new registry of these codecs and `codecs`. */
  extend(...codecs: Codec[]): CodecRegistry {
    return new CodecRegistry([...this.#codecs.values(), ...codecs]);
  }

  /** From now on `register` throws. */
  freeze(): this {
    this.#frozen = true;
    return this;
  }

  get(name: string): Codec | undefined {
    return this.#codecs.get(name);
  }

  has(name: string): boolean {
    return this.#codecs.has(name);
  }

  /** Ascending. */
  names(): string[] {
    return [...this.#codecs.keys()].sort();
  }

  /**
   * Throws `invalid_value` for what the codec cannot hold, `codec_not_found` for bytes of no codec that are not bytes.
   */
  encode(data: unknown, name: string): Uint8Array {
    const codec = this.#codecs.get(name);
    if (codec === undefined) {
      checkCodecName(name);
      if (data instanceof Uint8Array) return data;
      throw new ConfigError('codec_not_found', `codec not found: ${name} (without it, only bytes can be set)`);
    }
    return attempt(() => codec.encode(data), `cannot be written as ${name}`);
  }

  /**
   * The data of a registered codec's bytes; the bytes themselves (not a copy) of another one. Throws `invalid_value`
   * for bytes that the codec cannot read, and for null.
   */
  decode(bytes: Uint8Array, name: string): unknown {
    const codec = this.#codecs.get(name);
    if (codec === undefined) {
      checkCodecName(name);
      return bytes;
    }
    const data = attempt(() => codec.decode(bytes), `not valid ${name}`);
    if (data === null || data === undefined) throw invalidValue('it is null');
    return data;
  }

  /**
   * The documents in a registered codec's bytes; of a format without documents, the data as the only one. Throws as
   * {@link decode} does, for any of them, but a document may be null.
   */
  documents(bytes: Uint8Array, name: string): unknown[] {
    const documents = this.#codecs.get(name)?.documents;
    if (documents === undefined) return [this.decode(bytes, name)];
    return attempt(() => Array.from(documents(bytes)), `not valid ${name}`);
  }

  /**
   * Checks that `bytes` can be kept, and returns the type of what is in them: `custom` for an unknown codec and for
   * several documents. Throws as {@link decode} does, but not for an {@link UnreadableValue}.
   */
  inspect(bytes: Uint8Array, name: string): ValueType {
    try {
      const type = typeOfDecoded(this.decode(bytes, name));
      return type !== 'custom' && this.#hasSeveralDocuments(bytes, name) ? 'custom' : type;
    } catch (error) {
      if (error instanceof UnreadableValue) return error.type;
      throw error;
    }
  }

  #hasSeveralDocuments(bytes: Uint8Array, name: string): boolean {
    const documents = this.#codecs.get(name)?.documents?.(bytes)[Symbol.iterator]();
    documents?.next();
    try {
      return documents?.next().done === false;
    } catch {
      // There is a second one, which cannot be read.
      return true;
    }
  }
}

/** The type of data as a codec decodes it. */
export const typeOfDecoded = (data: unknown): ValueType => (data instanceof Secret ? 'secret' : typeOfData(data));

function attempt<T>(work: () => T, failure: string): T {
  try {
    return work();
  } catch (error) {
    if (isConfigError(error, 'invalid_value')) throw error;
    throw new ConfigError('invalid_value', `invalid value: ${failure}`, { cause: error });
  }
}

let defaults: CodecRegistry | undefined;

/** `json`, `secret`, `toml` and `yaml`: one registry, shared and frozen. Add to it by `extend`. */
export function defaultCodecs(): CodecRegistry {
  defaults ??= new CodecRegistry([jsonCodec(), secretCodec(), tomlCodec(), yamlCodec()]).freeze();
  return defaults;
}
