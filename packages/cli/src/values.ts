import { Value } from '@cfg/core';
import { UsageError } from './program/usage-error.js';

/**
 * A value of bytes without a codec: JSON, exactly as it is written, if it reads as JSON, else a text. Throws `UsageError`
 * for null, which no value can be, and for what is not UTF-8.
 */
export function valueOfText(bytes: Uint8Array): Value {
  const text = textOf(bytes);
  if (text.trim() === 'null') throw new UsageError('null is no value; as a text it is "null", in quotes');
  try {
    return Value.fromBytes(bytes, { codec: 'json' });
  } catch {
    return Value.of(text);
  }
}

/** The bytes as text. Throws `UsageError` if they are not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UsageError('the value is not text in UTF-8');
  }
}
