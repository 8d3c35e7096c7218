import { typeOfData } from '../value/value-type.js';
import {
  type Codec,
  decodeTextWithMark,
  encodeText,
  invalidValue,
  maxDepth,
  placeOf,
  tooDeep,
  UnreadableValue,
} from './codec.js';
import { readExactly } from './json-reader.js';
import { rawJson } from './json-text.js';
import { maxMarks, tooManyParts } from './marks.js';
import { CannotKeep, plainCopy } from './plain-data.js';

/**
 * JSON (RFC 8259), the default codec. Whole numbers beyond ±(2^53 − 1) are decoded as `bigint`. A byte-order mark is
 * refused, as the Go original refuses it.
 */
export function jsonCodec(): Codec {
  return { name: 'json', encode, decode };
}

function encode(data: unknown): Uint8Array {
  return encodeText(JSON.stringify(plainCopy(data, { name: 'json', hasNull: true, leaf })));
}

function leaf(data: unknown): unknown {
  switch (typeof data) {
    case 'number':
      if (!Number.isFinite(data)) throw new CannotKeep(`json has no ${data}`);
      return rawJson(data);
    case 'bigint':
      if (!Number.isFinite(Number(data))) throw new CannotKeep('the number is out of range');
      return rawJson(data);
    case 'object':
      throw new CannotKeep('json has no dates; write it as a string');
    default:
      return data;
  }
}

function decode(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = decodeTextWithMark(bytes);
  } catch (error) {
    // The original reads such strings with U+FFFD in them.
    throw new UnreadableValue('not UTF-8', undefined, typeOfData(parse(lenient.decode(bytes), error)));
  }
  const shape = shapeOf(text);
  if (shape.depth > maxDepth) throw tooDeep('json');
  if (shape.parts > maxMarks && shape.whole) throw tooManyParts('json');
  const data = parse(text);
  return shape.wide || (shape.keys > 1 && shape.keys !== countKeys(data)) ? readExactly(text) : data;
}

const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

function parse(text: string, cause?: unknown): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (cause !== undefined) throw cause;
    // The engine's message quotes the text, so only the position is taken from it.
    const position = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
    throw invalidValue('not valid json', position === undefined ? undefined : placeOf(text, Number(position)));
  }
}

interface Shape {
  readonly depth: number;
  /** Objects, arrays and members. */
  readonly parts: number;
  /** Members, repeated ones too. */
  readonly keys: number;
  /** There is a number that a double may not keep. */
  readonly wide: boolean;
  /** All objects and arrays are closed. */
  readonly whole: boolean;
}

/** One pass over the text, with no more memory than this result. */
function shapeOf(text: string): Shape {
  let [level, depth, containers, keys, wide] = [0, 0, 0, 0, false];
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0x22) i = endOfString(text, i);
    else if (code === 0x3a) keys += 1;
    else if (code === 0x5b || code === 0x7b) {
      containers += 1;
      level += 1;
      if (level > depth) depth = level;
    } else if (code === 0x5d || code === 0x7d) level -= 1;
    else if (code >= 0x30 && code <= 0x39) {
      const start = i;
      let following = text.charCodeAt(i + 1);
      while (isOfNumber(following)) {
        i += 1;
        wide ||= (following | 0x20) === 0x65;
        following = text.charCodeAt(i + 1);
      }
      wide ||= i - start >= 15;
    }
  }
  return { depth, parts: containers + keys, keys, wide, whole: level === 0 };
}

/** The position of the closing quote of the string that opens at `start`; the text's end if there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

/** A digit, `.`, `e`, `E`, `+` or `-`. */
const isOfNumber = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || code === 0x2e || (code | 0x20) === 0x65 || code === 0x2b || code === 0x2d;

function countKeys(data: unknown): number {
  if (typeof data !== 'object' || data === null) return 0;
  let keys = 0;
  const open: object[] = [data];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) {
      for (const child of next) if (typeof child === 'object' && child !== null) open.push(child);
    } else {
      for (const key in next) {
        keys += 1;
        const child = (next as Record<string, unknown>)[key];
        if (typeof child === 'object' && child !== null) open.push(child);
      }
    }
  }
  return keys;
}
