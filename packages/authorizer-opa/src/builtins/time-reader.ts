import { BuiltinError } from './builtin-error.js';
import { element, isFraction, months, weekdays } from './time-layout.js';
import { nanosecondsOf } from './time-zone.js';

/** The nanoseconds since 1970 that a text in a layout of Go stands for. Throws {@link BuiltinError}. */
export function parseTime(text: string, layout: string): bigint {
  const reader = new TimeReader(text);
  let at = 0;
  for (const match of layout.matchAll(element)) {
    reader.literal(layout.slice(at, match.index));
    at = match.index + match[0].length;
    reader.element(match[0], layout.slice(at));
  }
  reader.literal(layout.slice(at));
  return reader.end();
}

type Field = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'nanosecond' | 'offset';

/** The elements that are a number of two digits, or of one or two. */
const numbers: ReadonlyMap<string, readonly [Field, RegExp, least: number, most: number]> = new Map([
  ['2006', ['year', /\d{4}/y, 0, 9999]],
  ['01', ['month', /\d{2}/y, 1, 12]],
  ['1', ['month', /\d{1,2}/y, 1, 12]],
  ['02', ['day', /\d{2}/y, 1, 31]],
  ['_2', ['day', / ?\d{1,2}/y, 1, 31]],
  ['2', ['day', /\d{1,2}/y, 1, 31]],
  ['15', ['hour', /\d{1,2}/y, 0, 23]],
  ['03', ['hour', /\d{1,2}/y, 0, 12]],
  ['3', ['hour', /\d{1,2}/y, 0, 12]],
  ['04', ['minute', /\d{2}/y, 0, 59]],
  ['4', ['minute', /\d{1,2}/y, 0, 59]],
  ['05', ['second', /\d{2}/y, 0, 59]],
  ['5', ['second', /\d{1,2}/y, 0, 59]],
]);

const short = (words: readonly string[]): string[] => words.map((word) => word.slice(0, 3));

/** Goes through a text, one part of the layout after the other. */
class TimeReader {
  readonly #text: string;
  #at = 0;
  #afternoon: boolean | undefined;
  #dayOfYear: number | undefined;
  readonly #time: Record<Field, number> = {
    year: 0,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    offset: 0,
  };
  /** The elements that are no plain number. */
  readonly #readers: ReadonlyMap<string, () => void> = new Map<string, () => void>([
    ['January', () => this.#set('month', this.#word(months) + 1)],
    ['Jan', () => this.#set('month', this.#word(short(months)) + 1)],
    ['Monday', () => this.#word(weekdays)],
    ['Mon', () => this.#word(short(weekdays))],
    ['06', () => this.#shortYear()],
    ['002', () => this.#yearDay()],
    ['__2', () => this.#yearDay()],
    ['PM', () => this.#half(/[AP]M/y)],
    ['pm', () => this.#half(/[ap]m/y)],
    ['MST', () => this.#zone()],
  ]);

  constructor(text: string) {
    this.#text = text;
  }

  /** Text that stands for itself; a blank, for any number of them. */
  literal(text: string): void {
    for (const character of text) {
      if (character === ' ') this.#match(/ */y);
      else if (this.#text.startsWith(character, this.#at)) this.#at += character.length;
      else this.#fail();
    }
  }

  /** @param rest the layout after the element */
  element(name: string, rest: string): void {
    const number = numbers.get(name);
    const reader = this.#readers.get(name);
    if (number !== undefined) this.#number(...number);
    else if (reader !== undefined) reader();
    else if (isFraction(name)) {
      this.#fraction(name[1] === '9' ? /(?:[.,]\d+)?/y : new RegExp(`[.,]\\d{${name.length - 1}}`, 'y'));
    } else this.#offset(name);
    // After the seconds a fraction is taken also where the layout has none.
    if (number?.[0] === 'second' && !/^[.,](0|9)/.test(rest)) this.#fraction(/(?:[.,]\d+)?/y);
  }

  end(): bigint {
    if (this.#at < this.#text.length) this.#fail();
    const time = this.#time;
    if (this.#afternoon === true && time.hour < 12) time.hour += 12;
    else if (this.#afternoon === false && time.hour === 12) time.hour = 0;
    if (this.#dayOfYear !== undefined) Object.assign(time, { month: 1, day: this.#dayOfYear });
    else if (time.day > new Date(Date.UTC(2000 + (time.year % 400), time.month, 0)).getUTCDate()) this.#fail();
    return nanosecondsOf(time);
  }

  #number(field: Field, pattern: RegExp, least: number, most: number): void {
    const number = Number(this.#match(pattern));
    if (number < least || number > most) this.#fail();
    this.#set(field, number);
  }

  #shortYear(): void {
    const year = Number(this.#match(/\d{2}/y));
    this.#set('year', year + (year >= 69 ? 1900 : 2000));
  }

  #yearDay(): void {
    this.#dayOfYear = Number(this.#match(/ {0,2}\d{1,3}/y));
    if (this.#dayOfYear < 1 || this.#dayOfYear > 366) this.#fail();
  }

  #half(pattern: RegExp): void {
    this.#afternoon = this.#match(pattern).toLowerCase() === 'pm';
  }

  #fraction(pattern: RegExp): void {
    const digits = this.#match(pattern).slice(1, 10);
    if (digits !== '') this.#set('nanosecond', Number(digits.padEnd(9, '0')));
  }

  #offset(name: string): void {
    if (name[0] === 'Z' && this.#text[this.#at] === 'Z') {
      this.#at += 1;
      return;
    }
    const parts = new Array<string>(name.replace(/\D/g, '').length / 2).fill('\\d{2}');
    const text = this.#match(new RegExp(`[+-]${parts.join(name.includes(':') ? ':' : '')}`, 'y'));
    const [hours = 0, minutes = 0, seconds = 0] = text.match(/\d{2}/g)?.map(Number) ?? [];
    this.#set('offset', (text[0] === '-' ? -1 : 1) * (hours * 3_600 + minutes * 60 + seconds));
  }

  /** Only UTC and GMT+n are known by their names; the offset of any other is taken for 0, as Go does. */
  #zone(): void {
    const name = this.#match(/UTC|GMT(?:[+-]\d{1,2})?|[A-Z]{3,5}|[+-]\d{2}/y);
    const hours = /^(?:GMT)?([+-]\d+)$/.exec(name)?.[1];
    if (hours !== undefined) this.#set('offset', Number(hours) * 3_600);
  }

  /** The index of the word that comes next. */
  #word(words: readonly string[]): number {
    const index = words.findIndex(
      (word) => this.#text.slice(this.#at, this.#at + word.length).toLowerCase() === word.toLowerCase(),
    );
    if (index < 0) this.#fail();
    this.#at += words[index]?.length ?? 0;
    return index;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? this.#fail();
    this.#at += found.length;
    return found;
  }

  #set(field: Field, value: number): void {
    this.#time[field] = value;
  }

  #fail(): never {
    throw new BuiltinError(`cannot read the time ${JSON.stringify(this.#text)}`);
  }
}
