import { inspect } from 'node:util';
import { type Codec, decodeText, encodeText, invalidValue } from './codec.js';

/** Stands for what is not shown. */
export const mask = '******';

/** Bytes that do not show: printed, logged, interpolated or turned to JSON it is `******`. */
export class Secret {
  static {
    Object.defineProperty(Secret.prototype, inspect.custom, { value: () => mask });
  }

  readonly #bytes: Uint8Array;

  /** Text is kept as UTF-8; bytes are copied. */
  constructor(secret: string | Uint8Array) {
    this.#bytes = typeof secret === 'string' ? encodeText(secret) : Uint8Array.from(secret);
  }

  /** The secret as text. Throws `invalid_value` if it is not UTF-8. */
  reveal(): string {
    return decodeText(this.#bytes);
  }

  /** The secret as bytes: a copy. */
  revealBytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [Symbol.toPrimitive](): string {
    return mask;
  }
}

/** Raw bytes, decoded to a {@link Secret}. Encodes a `Secret`, a string or bytes. */
export function secretCodec(): Codec {
  return {
    name: 'secret',
    encode(data) {
      if (data instanceof Secret) return data.revealBytes();
      if (typeof data === 'string' || data instanceof Uint8Array) return new Secret(data).revealBytes();
      throw invalidValue(`a secret is a Secret, a string or bytes, not ${typeof data}`);
    },
    decode: (bytes) => new Secret(bytes),
  };
}
