import { randomUUID } from 'node:crypto';
import { invalidValue, placeOf, UnreadableValue } from './codec.js';
import { readNumber } from './numbers.js';
import { TomlDate } from './toml-date.js';

/** A date, an exponent, or more digits than a double keeps: rarely in a document, and then perhaps in a text only. */
const suspicious = /\d{4}-\d\d-\d\d|\d\d:\d\d|\d[eE][+-]?\d|[\d_.]{16}|0[xob]\w{16}/;

const token = new RegExp(
  [
    String.raw`"""(?:[^\\]|\\[^])*?"{3,5}|'''[^]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*`,
    String.raw`\d{4}-\d\d-\d\d \d\d:[\d:.]+(?:[Zz]|[+-]\d\d:\d\d)?`,
    String.raw`[\w+.:-]+|[[\]{}=,\n]`,
  ].join('|'),
  'g',
);

/** Digits with single `_` between them, and no leading zero; anything else is for the parser to refuse. */
const decimal = /^[+-]?(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?$/;
const dateOrTime = /^\d{4}-\d\d-\d\d|^\d\d:\d\d/;
/** More than 64 bits in any base. */
const longestOtherBase = 140;

/** The literals of a document that the parser would not keep exactly. */
export interface Literals {
  /** The document with a string in the place of each. */
  readonly text: string;
  /** The data that such a string stands for; `undefined` for any other string. */
  find(text: string): unknown;
}

/**
 * Takes dates and numbers out of a document that may have some which the parser would change: moves to another day,
 * rounds, or takes seconds for. The rest is for the parser to check. Throws `invalid_value` for dates that there are not
 * and for numbers out of range.
 */
export function takeLiterals(text: string): Literals | undefined {
  if (!suspicious.test(text)) return undefined;
  // Nothing in the document can be mistaken for it.
  const mark = randomUUID();
  const found: unknown[] = [];
  const brackets: string[] = [];
  let afterEquals = false;
  const marked = text.replace(token, (part, offset: number) => {
    const inValue = afterEquals || brackets.at(-1) === '[';
    switch (part) {
      case '=':
        afterEquals = true;
        break;
      case '\n':
        if (brackets.length === 0) afterEquals = false;
        break;
      case ',':
        if (brackets.at(-1) === '{') afterEquals = false;
        break;
      case '[':
      case '{':
        if (inValue) brackets.push(part);
        if (part === '{') afterEquals = false;
        break;
      case ']':
      case '}':
        brackets.pop();
        if (brackets.length > 0) afterEquals = brackets.at(-1) === '{';
        break;
      default: {
        const literal = inValue ? read(part, text, offset) : undefined;
        if (literal !== undefined) return `"${mark}${found.push(literal) - 1}"`;
      }
    }
    return part;
  });
  return { text: marked, find: (string) => (string.startsWith(mark) ? found[Number(string.slice(36))] : undefined) };
}

/** `undefined` for what the parser reads well: a text, a comment, a boolean, a number of another base. */
function read(part: string, text: string, offset: number): unknown {
  if (dateOrTime.test(part)) {
    try {
      return new TomlDate(part);
    } catch {
      throw invalidValue('there is no such date or time', placeOf(text, offset));
    }
  }
  if (/^0[xob]/.test(part) && part.length > longestOtherBase) {
    throw invalidValue('a number is out of range', placeOf(text, offset));
  }
  if (!decimal.test(part)) return undefined;
  const literal = part.replaceAll('_', '');
  const number = readNumber(literal);
  if (typeof number !== 'string') return number;
  if (!Number.isFinite(Number(literal))) {
    throw invalidValue('a number is out of range', placeOf(text, offset));
  }
  throw new UnreadableValue(`a number is ${number}`, placeOf(text, offset));
}
