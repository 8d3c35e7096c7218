import { parse, stringify, TomlError } from 'smol-toml';
import { type Codec, decodeText, encodeText, invalidValue } from './codec.js';

/**
 * TOML 1.0; a document is always an object. Integers beyond 2^53 − 1 are decoded as `bigint`, dates as a `Date` of the
 * library's (`TomlDate`).
 */
export function tomlCodec(): Codec {
  return { name: 'toml', encode, decode };
}

function encode(data: unknown): Uint8Array {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw invalidValue('toml can only hold an object');
  }
  try {
    return encodeText(stringify(data));
  } catch (error) {
    throw invalidValue(`cannot be written as toml (${error instanceof Error ? error.name : 'error'})`);
  }
}

function decode(bytes: Uint8Array): unknown {
  const text = decodeText(bytes);
  try {
    return parse(text, { integersAsBigInt: 'asNeeded' });
  } catch (error) {
    if (error instanceof TomlError) throw invalidValue('not valid toml', error.line, error.column);
    throw invalidValue('not valid toml');
  }
}
