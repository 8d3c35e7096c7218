import { JsonMappingError } from './error.js';
import type { Kind } from './kind.js';

/** Written as standard base64 with padding; read as standard or URL-safe base64, with or without padding. */
export const bytesKind: Kind<Uint8Array> = {
  absent: '""',
  schema: { type: 'string', format: 'byte' },
  write: (value) => `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`,
  read(json) {
    if (typeof json !== 'string') throw new JsonMappingError('must be a string of base64');
    return decodeBase64(json);
  },
  parse: decodeBase64,
};

function decodeBase64(text: string): Uint8Array {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const mixed = (text.includes('+') || text.includes('/')) && (text.includes('-') || text.includes('_'));
  if (mixed || digits % 4 === 1 || (padding > 0 && text.length % 4 !== 0)) throw new JsonMappingError('invalid base64');
  const bytes = new Uint8Array(Math.floor((digits * 3) / 4));
  // Node passes over what is not a base64 digit, so that fewer bytes come out.
  const written = Buffer.from(bytes.buffer).write(text, 'base64');
  if (written !== bytes.length) throw new JsonMappingError('invalid base64');
  return bytes;
}
