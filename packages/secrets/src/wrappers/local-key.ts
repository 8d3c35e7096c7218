import { createHash, createSecretKey } from 'node:crypto';
import { ConfigError } from '@cfg/core';
import { openBytes, sealBytes } from '@cfg/core/store';
import type { KeyWrapper } from './key-wrapper.js';

const keyBytes = 32;

/** The context that a wrapped data key is bound to: only that it is a data key. */
const place = { namespace: '', key: 'data-key', version: 0, codec: 'raw', type: 'custom' } as const;

/**
 * A wrapper that has the key itself: AES-256-GCM. Its id is made of the key's hash, which tells nothing about the key.
 * Throws `invalid_argument` unless the key has 32 bytes.
 *
 * @param source where it is from, for errors
 */
export function localKey(key: Uint8Array, source = 'the key'): KeyWrapper {
  if (key.length !== keyBytes) {
    throw new ConfigError('invalid_argument', `${source} must have ${keyBytes} bytes, not ${key.length}`);
  }
  const id = `key:${createHash('sha256').update('cfg key id\0').update(key).digest('hex').slice(0, 16)}`;
  const secret = createSecretKey(key);
  return {
    id,
    wrap: async (plain) => sealBytes(secret, place, plain),
    async unwrap(wrapped) {
      try {
        return openBytes(secret, place, wrapped);
      } catch (cause) {
        throw new ConfigError('invalid_argument', `${source} is not the key that wrapped it`, { cause });
      }
    },
  };
}

/**
 * A key from what a file or a variable holds: 32 bytes, or the text of them in hexadecimal or base64. Throws
 * `invalid_argument`, never with any of it.
 */
export function keyOf(content: Buffer, source: string): Uint8Array {
  if (content.length === keyBytes) return content;
  const text = content.toString('latin1').trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, 'base64url');
  throw new ConfigError(
    'invalid_argument',
    `${source} must hold a key of ${keyBytes} bytes, raw, in hexadecimal or in base64`,
  );
}
