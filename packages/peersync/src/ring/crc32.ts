import { crc32 as crc32OfBytes } from 'node:zlib';

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/**
 * CRC-32 (IEEE) of the text's UTF-8 bytes. For the short ASCII texts that namespaces are, a table in JavaScript is
 * several times as fast as the call into zlib.
 */
export function crc32(text: string): number {
  let crc = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return crc32OfBytes(text);
    crc = (crc >>> 8) ^ (table[(crc ^ code) & 255] as number);
  }
  return ~crc >>> 0;
}
