const plain = /^[\x20-\x24\x26-\x7e]*$/;

/** A status message as gRPC sends it: UTF-8, with `%` and what is not printable ASCII percent-encoded. */
export function encodeStatusMessage(message: string): string {
  if (plain.test(message)) return message;
  let encoded = '';
  for (const byte of Buffer.from(message, 'utf8')) {
    const literal = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += literal ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
