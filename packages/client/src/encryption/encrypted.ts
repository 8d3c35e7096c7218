import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type Codec, ConfigError, chain, jsonCodec, type Transformer } from '@cfg/core';

/** Keys of 32 bytes by their ids, which travel with what they encrypt. */
export interface EncryptionKeys {
  /** The id of the key that encrypts from now on. */
  readonly current: string;
  /** All that may decrypt: the current one, and those before it. Ids have 1 to 64 letters, digits and `_ . -`. */
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/*
 * The bytes: 1 (the format), the length of the key's id, the id, a nonce of 12 bytes, the ciphertext, a tag of 16 bytes. All
 * before the nonce is authenticated too.
 */
const format = 1;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts with AES-256-GCM, each value with a random nonce. Decrypts what any of the keys has encrypted, so that keys can be
 * rotated: add the new one everywhere, then make it the current one. Throws `invalid_argument` for keys that are none; what
 * cannot be decrypted is `invalid_value`, and the error does not say more than which key is missing.
 */
export function encrypted({ current, keys }: EncryptionKeys, name = 'encrypted'): Transformer {
  const known = new Map(Object.entries(keys).map(([id, key]) => [checkId(id), checkKeyBytes(id, key)]));
  const key = known.get(current);
  if (key === undefined)
    throw new ConfigError('invalid_argument', `encryption key ${JSON.stringify(current)} is missing`);
  const head = Buffer.from([format, current.length, ...Buffer.from(current)]);
  return {
    name,
    apply(bytes) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(head);
      return Buffer.concat([head, nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
    revert(bytes) {
      const idEnd = 2 + (bytes[1] ?? 0);
      const damaged = (): ConfigError => new ConfigError('invalid_value', 'invalid value: it cannot be decrypted');
      if (bytes[0] !== format || bytes.length < idEnd + nonceBytes + tagBytes) throw damaged();
      const id = Buffer.from(bytes.subarray(2, idEnd)).toString('latin1');
      const key = known.get(id);
      if (key === undefined) {
        throw new ConfigError('invalid_value', `invalid value: it needs encryption key ${JSON.stringify(id)}`);
      }
      const nonceEnd = idEnd + nonceBytes;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(idEnd, nonceEnd), {
        authTagLength: tagBytes,
      })
        .setAAD(bytes.subarray(0, idEnd))
        .setAuthTag(bytes.subarray(-tagBytes));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(nonceEnd, -tagBytes)), decipher.final()]);
      } catch {
        throw damaged();
      }
    },
  };
}

/**
 * The codec `client:encrypted:json` (or of another base): the server stores bytes that it cannot read. Each value has the id
 * of its key.
 *
 * @example
 * const codec = encryptedCodec({ current: '2026', keys: { 2025: oldKey, 2026: newKey } });
 * const manager = new Manager({ store, codecs: defaultCodecs().extend(codec) });
 * await manager.namespace('payments').set('stripe/key', 'sk_live_…', { codec: codec.name });
 */
export function encryptedCodec(keys: EncryptionKeys, base: Codec = jsonCodec()): Codec {
  return chain(`client:encrypted:${base.name}`, [encrypted(keys)], base);
}

function checkId(id: string): string {
  if (/^[a-zA-Z0-9_.-]{1,64}$/.test(id)) return id;
  throw new ConfigError(
    'invalid_argument',
    `encryption key id ${JSON.stringify(id)} must be 1 to 64 letters, digits, _ . -`,
  );
}

function checkKeyBytes(id: string, key: Uint8Array): Uint8Array {
  if (key instanceof Uint8Array && key.length === 32) return Uint8Array.from(key);
  throw new ConfigError('invalid_argument', `encryption key ${JSON.stringify(id)} must be 32 bytes`);
}
