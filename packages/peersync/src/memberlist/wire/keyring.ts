import { type CipherGCMTypes, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ConfigError } from '@cfg/core';
import { WireError } from './wire-error.js';

const nonceBytes = 12;
const tagBytes = 16;
/** How many bytes longer something gets by being sealed. */
export const sealBytes: number = 1 + nonceBytes + tagBytes;

/** Keys of 16, 24 or 32 bytes. The first one seals; each is tried to open, so that keys can be changed one by one. */
export class Keyring {
  readonly #keys: readonly Uint8Array[];

  /** Throws `invalid_argument` unless there is at least one key, all of a right length. */
  constructor(keys: readonly Uint8Array[]) {
    if (keys.length === 0) throw new ConfigError('invalid_argument', 'keys: there must be at least one');
    for (const { length } of keys) {
      if (length !== 16 && length !== 24 && length !== 32) {
        throw new ConfigError('invalid_argument', `keys: a key has 16, 24 or 32 bytes, not ${length}`);
      }
    }
    this.#keys = keys.map((key) => Uint8Array.from(key));
  }

  /** AES-GCM as version 1 of memberlist's encryption. `nonce` is for tests: one must never be used twice. */
  seal(plain: Uint8Array, bound: Uint8Array, nonce: Uint8Array = randomBytes(nonceBytes)): Uint8Array {
    const key = this.#keys[0] as Uint8Array;
    const cipher = createCipheriv(cipherFor(key), key, nonce);
    cipher.setAAD(bound);
    return Buffer.concat([Uint8Array.of(1), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** Throws {@link WireError} if no key opens it. */
  open(sealed: Uint8Array, bound: Uint8Array): Uint8Array {
    const version = sealed[0];
    if (sealed.length < sealBytes || version === undefined || version > 1) throw new WireError('not sealed');
    for (const key of this.#keys) {
      const plain = openWith(key, sealed, bound);
      if (plain !== undefined) return version === 1 ? plain : unpadded(plain);
    }
    throw new WireError('sealed with another key');
  }
}

const cipherFor = (key: Uint8Array): CipherGCMTypes => `aes-${(key.length * 8) as 128 | 192 | 256}-gcm`;

function openWith(key: Uint8Array, sealed: Uint8Array, bound: Uint8Array): Uint8Array | undefined {
  const decipher = createDecipheriv(cipherFor(key), key, sealed.subarray(1, 1 + nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(bound);
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1 + nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Version 0 fills the plain text up to a multiple of 16 bytes; the last byte says with how many. */
function unpadded(plain: Uint8Array): Uint8Array {
  const padding = plain.at(-1) ?? 0;
  if (padding === 0 || padding > 16 || padding > plain.length) throw new WireError('sealed with a wrong padding');
  return plain.subarray(0, plain.length - padding);
}
