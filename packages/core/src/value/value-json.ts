import { rawJson } from '../codecs/json-text.js';
import { define } from '../codecs/plain-data.js';
import { Secret } from '../codecs/secret.js';

/** Decoded data in a form that `JSON.stringify` writes without loss or failure, but for secrets, which stay hidden. */
export function jsonOf(data: unknown): unknown {
  if (typeof data === 'bigint') return rawJson(data);
  if (typeof data === 'number') return Number.isFinite(data) ? data : String(data);
  if (typeof data !== 'object' || data === null) return data;
  if (data instanceof Secret || data instanceof Date) return data.toJSON();
  if (data instanceof Uint8Array) return Buffer.from(data).toString('base64');
  if (Array.isArray(data)) return data.map(jsonOf);
  const object = {};
  for (const [key, value] of Object.entries(data)) define(object, key, jsonOf(value));
  return object;
}
