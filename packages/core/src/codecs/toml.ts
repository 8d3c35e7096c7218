import { types } from 'node:util';
import { parse, stringify, TomlError } from 'smol-toml';
import { type Codec, decodeText, encodeText, invalidValue, maxDepth, tooDeep, UnreadableValue } from './codec.js';
import { checkMarks, marksOf } from './marks.js';
import { CannotKeep, define, plainCopy } from './plain-data.js';
import { TomlDate } from './toml-date.js';
import { type Literals, takeLiterals } from './toml-literals.js';

/**
 * TOML 1.0; a document is always an object, the empty one too. Integers beyond ±(2^53 − 1) are decoded as `bigint`,
 * dates and times as {@link TomlDate}.
 */
export function tomlCodec(): Codec {
  return { name: 'toml', encode, decode };
}

const marks = marksOf({ '=': 1, '[': 2, '{': 2, ',': 1, '.': 2, '-': 1, ':': 1, '\n': 1 });

function encode(data: unknown): Uint8Array {
  const copy = plainCopy(data, { name: 'toml', hasNull: false, leaf });
  if (typeof copy !== 'object' || Array.isArray(copy) || types.isDate(copy)) {
    throw invalidValue('toml can only hold an object');
  }
  return encodeText(stringify(copy, { maxDepth: maxDepth + 1 }));
}

function leaf(data: unknown): unknown {
  if (Object.is(data, -0)) throw new CannotKeep('toml is written without negative zero');
  if (typeof data === 'bigint' && BigInt.asIntN(64, data) !== data)
    throw new CannotKeep('the number is beyond 64 bits');
  if (types.isDate(data) && !(data instanceof TomlDate)) {
    if (Number.isNaN(data.getTime())) throw new CannotKeep('the date is invalid');
    if (!/^\d{4}-/.test(data.toISOString())) throw new CannotKeep('the year has more than four digits');
  }
  return data;
}

function decode(bytes: Uint8Array): unknown {
  checkMarks(bytes, marks, 'toml');
  const text = decodeText(bytes);
  const literals = takeLiterals(text);
  return restore(parseToml(text, literals), literals, 0);
}

function parseToml(text: string, literals: Literals | undefined): unknown {
  try {
    return parse(literals?.text ?? text, { integersAsBigInt: 'asNeeded', maxDepth });
  } catch (error) {
    if (!(error instanceof TomlError)) throw invalidValue('not valid toml');
    const { line, column } = error;
    const place = literals === undefined ? { line, column } : { line };
    // The original lets a header open a table that dotted keys have made.
    const isHeader = /^[ \t]*\[/.test((literals?.text ?? text).split('\n', line)[line - 1] ?? '');
    if (isHeader && error.message.includes('redefine'))
      throw new UnreadableValue('toml has the same table twice', place);
    throw invalidValue('not valid toml', place);
  }
}

/** Plain objects in place of the parser's, which have no prototype, and the literals that were taken out. */
function restore(data: unknown, literals: Literals | undefined, depth: number): unknown {
  if (typeof data === 'string') return literals?.find(data) ?? data;
  if (typeof data !== 'object' || data === null) return data;
  if (depth > maxDepth) throw tooDeep('toml');
  if (Array.isArray(data)) return data.map((item) => restore(item, literals, depth + 1));
  const object = {};
  for (const [key, value] of Object.entries(data)) define(object, key, restore(value, literals, depth + 1));
  return object;
}
