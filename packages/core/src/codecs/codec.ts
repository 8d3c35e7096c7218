import { ConfigError } from '../contract/errors.js';

/** Turns data into bytes and back. Registered by its name, which travels with every value that it made. */
export interface Codec {
  /** Letters, digits and `_ . - : + /`, at most {@link maxCodecNameLength} of them. */
  readonly name: string;
  encode(data: unknown): Uint8Array;
  /** Whatever this throws reaches the caller as `invalid_value`. Must not keep or change `bytes`. */
  decode(bytes: Uint8Array): unknown;
}

export const maxCodecNameLength = 128;

const namePattern = /^[a-zA-Z0-9_.\-:+/]+$/;

/** Throws `codec_not_found` for what cannot be the name of a codec: no registry anywhere could know it. */
export function checkCodecName(name: string): void {
  if (name === '') throw new ConfigError('codec_not_found', 'codec name cannot be empty');
  if (name.length > maxCodecNameLength) {
    throw new ConfigError('codec_not_found', `codec name is longer than ${maxCodecNameLength} characters`);
  }
  if (!namePattern.test(name)) throw new ConfigError('codec_not_found', `invalid codec name: ${JSON.stringify(name)}`);
}

/** An `invalid_value` that says what is wrong and where, and repeats nothing of the value: it may be a secret. */
export function invalidValue(what: string, line?: number, column?: number): ConfigError {
  const where = line === undefined ? '' : ` at line ${line}, column ${column ?? 1}`;
  return new ConfigError('invalid_value', `invalid value: ${what}${where}`);
}

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true });
const strictWithMark = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const encodeText = (text: string): Uint8Array => encoder.encode(text);

/** The text, without a byte-order mark. Throws `invalid_value` for bytes that are not UTF-8. */
export const decodeText = (bytes: Uint8Array): string => decodeWith(strict, bytes);

/** As {@link decodeText}, but a byte-order mark stays in the text. */
export const decodeTextWithMark = (bytes: Uint8Array): string => decodeWith(strictWithMark, bytes);

function decodeWith(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw invalidValue('not UTF-8');
  }
}
