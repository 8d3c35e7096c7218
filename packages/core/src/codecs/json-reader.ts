import { typeOfData } from '../value/value-type.js';
import { invalidValue, placeOf, UnreadableValue } from './codec.js';
import { readNumber } from './numbers.js';
import { define } from './plain-data.js';

/**
 * Reads JSON that is known to be valid, and not nested too deeply, and keeps what `JSON.parse` loses: whole numbers are
 * exact, and a repeated key is an {@link UnreadableValue}.
 */
export const readExactly = (text: string): unknown => new Reader(text).value();

class Reader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    switch (this.#peek()) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      case 't':
        return this.#skip(4, true);
      case 'f':
        return this.#skip(5, false);
      case 'n':
        return this.#skip(4, null);
      default:
        return this.#number();
    }
  }

  #object(): object {
    const object = {};
    this.#position += 1;
    while (this.#peek() !== '}') {
      if (this.#peek() === ',') this.#position += 1;
      this.#peek();
      const start = this.#position;
      const key = this.#string();
      if (Object.hasOwn(object, key)) throw new UnreadableValue('json has the same key twice', this.#place(start));
      this.#peek();
      this.#position += 1;
      define(object, key, this.value());
    }
    this.#position += 1;
    return object;
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    this.#position += 1;
    while (this.#peek() !== ']') {
      if (this.#peek() === ',') this.#position += 1;
      array.push(this.value());
    }
    this.#position += 1;
    return array;
  }

  #string(): string {
    const literal = this.#match(/"[^"\\]*(?:\\.[^"\\]*)*"/y);
    return literal.includes('\\') ? JSON.parse(literal) : literal.slice(1, -1);
  }

  #number(): number | bigint {
    const start = this.#position;
    const literal = this.#match(/[\d.eE+-]+/y);
    // Few enough digits for a double, whatever is among them.
    if (literal.length < 16 && !/e/i.test(literal)) return Number(literal);
    const number = readNumber(literal);
    if (number === 'out of range' && !Number.isFinite(Number(literal))) {
      throw invalidValue('a number is out of range', this.#place(start));
    }
    if (typeof number !== 'string') return number;
    throw new UnreadableValue(`a number is ${number}`, this.#place(start), this.#typeOf(literal));
  }

  #typeOf(literal: string): 'custom' | 'int' | 'float' {
    return this.#text.trim() === literal ? (typeOfData(Number(literal)) as 'int' | 'float') : 'custom';
  }

  /** The next character that is not white space. */
  #peek(): string | undefined {
    while (isSpace(this.#text.charCodeAt(this.#position))) this.#position += 1;
    return this.#text[this.#position];
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#position += found.length;
    return found;
  }

  #skip<T>(length: number, value: T): T {
    this.#position += length;
    return value;
  }

  #place = (position: number): ReturnType<typeof placeOf> => placeOf(this.#text, position);
}

/** A space, a tab or a line end. */
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
