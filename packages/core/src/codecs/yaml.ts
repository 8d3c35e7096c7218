import { type Codec, decodeText, encodeText, invalidValue } from './codec.js';
import { checkMarks, marksOf } from './marks.js';
import { composeYaml } from './yaml-composer.js';
import { splitYaml } from './yaml-documents.js';
import { writeYaml } from './yaml-writer.js';

/**
 * YAML 1.2 (the core schema) with merge keys (`<<`), as the Go original has them. Of several documents the first is
 * decoded, and {@link Codec.documents} returns all. A key is its text; whole numbers beyond ±(2^53 − 1) are `bigint`.
 * Strings are written so that YAML 1.1 readers find the same.
 */
export function yamlCodec(): Codec {
  return { name: 'yaml', encode: (data) => encodeText(writeYaml(data)), decode, documents };
}

function decode(bytes: Uint8Array): unknown {
  for (const first of documents(bytes)) return first;
  return null;
}

function* documents(bytes: Uint8Array): Generator<unknown, void> {
  for (const document of splitYaml(textOf(bytes))) yield composeYaml(document);
}

const marks = marksOf({ ',': 1, ':': 1, '-': 1, '?': 1, '[': 1, '{': 1, '\n': 1, '\r': 1 });

const utf16 = { le: new TextDecoder('utf-16le', { fatal: true }), be: new TextDecoder('utf-16be', { fatal: true }) };

/** As YAML has it, UTF-16 with a byte-order mark is text, too. */
function textOf(bytes: Uint8Array): string {
  checkMarks(bytes, marks, 'yaml');
  const [first, second] = bytes;
  const decoder =
    first === 0xff && second === 0xfe ? utf16.le : first === 0xfe && second === 0xff ? utf16.be : undefined;
  if (decoder === undefined) return decodeText(bytes);
  try {
    return decoder.decode(bytes);
  } catch {
    throw invalidValue('not UTF-16');
  }
}
