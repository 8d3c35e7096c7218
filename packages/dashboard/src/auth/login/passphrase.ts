import { createHash, timingSafeEqual } from 'node:crypto';
import { ConfigError } from '@cfg/core';

/** A passphrase, kept as its hash. */
export class Passphrase {
  readonly #hash: Buffer;

  /** Throws `invalid_argument` for an empty one. */
  constructor(text: string) {
    if (typeof text !== 'string' || text.trim() === '') {
      throw new ConfigError('invalid_argument', 'passphrase must not be empty');
    }
    this.#hash = hashOf(text);
  }

  /** Changes when the passphrase does, and does not give it away beside a secret. */
  get fingerprint(): string {
    return this.#hash.toString('base64url');
  }

  /** Takes as long for any text of that length. */
  equals(text: string): boolean {
    return timingSafeEqual(this.#hash, hashOf(text));
  }
}

/** Keyboards differ in how they compose an umlaut. */
const hashOf = (text: string): Buffer => createHash('sha256').update(text.normalize('NFKC')).digest();
