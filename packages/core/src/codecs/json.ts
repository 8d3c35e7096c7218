import { type Codec, decodeTextWithMark, encodeText, invalidValue } from './codec.js';

/** JSON (RFC 8259), the default codec. A byte-order mark is refused, as the Go original refuses it. */
export function jsonCodec(): Codec {
  return { name: 'json', encode, decode };
}

function encode(data: unknown): Uint8Array {
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch (error) {
    // A circular object, a bigint, or a toJSON that throws.
    throw invalidValue(`cannot be written as json (${error instanceof Error ? error.name : 'error'})`);
  }
  if (text === undefined) throw invalidValue(`${typeof data} cannot be written as json`);
  return encodeText(text);
}

function decode(bytes: Uint8Array): unknown {
  const text = decodeTextWithMark(bytes);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    // The engine's message quotes the text, so only the position is taken from it.
    const position = error instanceof Error ? /at position \d+/.exec(error.message)?.[0] : undefined;
    throw invalidValue(`not valid json${position === undefined ? '' : ` ${position}`}`);
  }
  if (data === Number.POSITIVE_INFINITY || data === Number.NEGATIVE_INFINITY) {
    throw invalidValue('the number is out of range');
  }
  return data;
}
