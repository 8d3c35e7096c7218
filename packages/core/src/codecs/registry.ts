import { ConfigError, isConfigError } from '../contract/errors.js';
import { typeOfData, type ValueType } from '../value/value-type.js';
import { type Codec, checkCodecName, invalidValue } from './codec.js';
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
   * for bytes that the codec cannot read, none at all, and null.
   */
  decode(bytes: Uint8Array, name: string): unknown {
    const codec = this.#codecs.get(name);
    if (codec === undefined) {
      checkCodecName(name);
      return bytes;
    }
    if (bytes.length === 0) throw invalidValue('it is empty');
    const data = attempt(() => codec.decode(bytes), `not valid ${name}`);
    if (data === null || data === undefined) throw invalidValue('it is null');
    return data;
  }

  /** Checks `bytes` as {@link decode} does, and tells the type of what is in them: `custom` for an unknown codec. */
  inspect(bytes: Uint8Array, name: string): ValueType {
    return typeOfDecoded(this.decode(bytes, name));
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
