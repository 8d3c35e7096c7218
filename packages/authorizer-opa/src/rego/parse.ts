import { BuiltinError } from '../builtins/builtin-error.js';
import { RegoObject, RegoSet, type RegoValue } from './value.js';

/**
 * Reads what {@link formatValue} and OPA's `opa_value_dump` write, JSON included. Throws a `SyntaxError`, and {@link BuiltinError} for a
 * fraction that no double holds.
 */
export function parseValue(text: string): RegoValue {
  // Most arguments are of these kinds, and JSON.parse reads them faster.
  if (text.charCodeAt(0) === quote && text.indexOf('"', 1) === text.length - 1 && !text.includes('\\')) {
    return text.slice(1, -1);
  }
  const reader = new Reader(text);
  const value = reader.value();
  reader.end();
  return value;
}

/** Reads JSON alone. Throws a `SyntaxError`. */
export function parseJson(text: string): RegoValue {
  JSON.parse(text);
  return parseValue(text.trim());
}

const quote = 0x22;
const space = 0x20;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): RegoValue {
    this.#space();
    switch (this.#text[this.#at]) {
      case '"':
        return this.#string();
      case '[':
        this.#at += 1;
        return this.#members(']', () => this.value());
      case '{':
        this.#at += 1;
        return this.#objectOrSet();
      default:
        return this.#word();
    }
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) this.#fail();
  }

  #objectOrSet(): RegoValue {
    let isSet = false;
    const entries: [RegoValue, RegoValue][] = this.#members('}', () => {
      const key = this.value();
      if (!this.#take(':')) {
        isSet = true;
        return [key, null];
      }
      return [key, this.value()];
    });
    return isSet ? RegoSet.of(entries.map(([element]) => element)) : new RegoObject(entries);
  }

  #members<T>(end: string, read: () => T): T[] {
    const members: T[] = [];
    if (this.#take(end)) return members;
    do members.push(read());
    while (this.#take(','));
    if (!this.#take(end)) this.#fail();
    return members;
  }

  #string(): string {
    const start = this.#at;
    let at = start + 1;
    for (; this.#text.charCodeAt(at) !== quote; at += 1) {
      if (at >= this.#text.length) this.#fail();
      if (this.#text[at] === '\\') at += 1;
    }
    this.#at = at + 1;
    return JSON.parse(this.#text.slice(start, this.#at));
  }

  #word(): RegoValue {
    word.lastIndex = this.#at;
    const [found = ''] = word.exec(this.#text) ?? [];
    this.#at += found.length;
    if (found === 'null') return null;
    if (found === 'true') return true;
    if (found === 'false') return false;
    if (found === 'set()') return new RegoSet([]);
    if (/^-?\d+$/.test(found)) return BigInt(found);
    if (!/^-?[\d.]/.test(found) || Number.isNaN(Number(found))) return this.#fail();
    if (Number.isFinite(Number(found))) return Number(found);
    throw new BuiltinError(`${found} is too large`);
  }

  #take(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    while (this.#text.charCodeAt(this.#at) <= space) this.#at += 1;
  }

  #fail(): never {
    throw new SyntaxError(`not a value of Rego, at character ${this.#at}`);
  }
}

const word = /[-+.\w]+(?:\(\))?/y;
