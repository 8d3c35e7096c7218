import { ConfigError } from '../contract/errors.js';
import type { ValueType } from '../value/value-type.js';

/** Turns data into bytes and back. Registered by its name, which travels with every value that it made. */
export interface Codec {
  /** Letters, digits and `_ . - : + /`, at most {@link maxCodecNameLength} of them. */
  readonly name: string;
  /** Throws `invalid_value` for data that the bytes could not keep exactly. */
  encode(data: unknown): Uint8Array;
  /**
   * Returns fresh data: of plain objects and arrays it may be shared, anything else is decoded anew for each reader.
   * Whatever this throws reaches the caller as `invalid_value`; an {@link UnreadableValue} is still stored. Must not
   * keep or change `bytes`.
   */
  decode(bytes: Uint8Array): unknown;
  /**
   * The documents in the bytes, each decoded when it is asked for, where the format can have several; {@link decode}
   * then returns the first.
   */
  documents?(bytes: Uint8Array): Iterable<unknown>;
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

/** A place in a text, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column?: number | undefined;
}

/** The place of an offset in a text; `firstLine` is the number of the text's own first line. */
export function placeOf(text: string, offset: number, firstLine = 1): Place {
  const before = text.slice(0, Math.max(0, offset));
  const breaks = before.match(/\r\n?|\n/g)?.length ?? 0;
  const start = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  return { line: firstLine + breaks, column: before.length - start + 1 };
}

/** An `invalid_value` that says what is wrong and where, and repeats nothing of the value: it may be a secret. */
export function invalidValue(what: string, place?: Place): ConfigError {
  return new ConfigError('invalid_value', messageOf(what, place));
}

function messageOf(what: string, { line, column }: Partial<Place> = {}): string {
  if (line === undefined) return `invalid value: ${what}`;
  return `invalid value: ${what} at line ${line}${column === undefined ? '' : `, column ${column}`}`;
}

/**
 * An `invalid_value` for bytes that are well-formed but cannot be read exactly: a number that JavaScript would round,
 * two keys that would become one, a document of more parts than are read at once. A service stores such a value, as the
 * Go original does, and whoever reads its data is told.
 */
export class UnreadableValue extends ConfigError {
  /** The type of the value, where it is known. */
  readonly type: ValueType;

  constructor(what: string, place?: Place, type: ValueType = 'custom') {
    super('invalid_value', messageOf(what, place));
    this.type = type;
  }
}

/** How deep objects and arrays may be nested in what is written and read. */
export const maxDepth = 1_000;

export const tooDeep = (codec: string): ConfigError =>
  invalidValue(`${codec} is nested deeper than ${maxDepth.toLocaleString('en')} levels`);

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
