import { createCipheriv, createDecipheriv, type KeyObject, randomFillSync } from 'node:crypto';
import type { EntryInit } from '../contract/entry.js';

/*
 * How one value is sealed: AES-256-GCM, as `form (1) | nonce (12) | ciphertext | tag (16)`. The additional data binds it
 * to its place: sealed for one key and version, it does not open for another.
 */

/** The only form so far. */
const form = 1;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes: number = 1 + nonceBytes;

/** How much longer a sealed value is. */
export const sealedOverhead: number = headBytes + tagBytes;

/** The context that a sealed value is bound to: it opens in no other. */
export type Place = Pick<EntryInit, 'namespace' | 'key' | 'version' | 'codec' | 'type'>;

export function sealBytes(key: KeyObject, place: Place, plain: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(sealedOverhead + plain.length);
  const nonce = nextNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(additionalData(place));
  sealed[0] = form;
  sealed.set(nonce, 1);
  sealed.set(cipher.update(plain), headBytes);
  cipher.final();
  sealed.set(cipher.getAuthTag(), headBytes + plain.length);
  return sealed;
}

/** Throws an `Error` where it was not sealed with this key, for this place. */
export function openBytes(key: KeyObject, place: Place, sealed: Uint8Array): Uint8Array {
  if (sealed.length < sealedOverhead || sealed[0] !== form) throw new Error('it is not a sealed value');
  const end = sealed.length - tagBytes;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, headBytes), { authTagLength: tagBytes });
  decipher.setAAD(additionalData(place));
  decipher.setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(headBytes, end));
  decipher.final();
  return plain;
}

const nonces = Buffer.alloc(nonceBytes * 256);
let nextAt = nonces.length;

/** Random, drawn in blocks: one call of the system for each would cost as much as the sealing. */
function nextNonce(): Uint8Array {
  if (nextAt === nonces.length) {
    randomFillSync(nonces);
    nextAt = 0;
  }
  nextAt += nonceBytes;
  return nonces.subarray(nextAt - nonceBytes, nextAt);
}

/** No name holds the separator. */
const additionalData = ({ namespace, key, version, codec, type }: Place): Buffer =>
  Buffer.from([namespace, key, version, codec, type].join('\0'));
