import { LRUCache } from 'lru-cache';
import { BuiltinError } from './builtin-error.js';

/** A moment as the clocks of a place show it. */
export interface LocalTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** East of Greenwich, in seconds. */
  readonly offset: number;
  /** As in `UTC` and `PST`. Where the zone has no letters, its offset, as in `+03`. */
  readonly zone: string;
}

export const nsPerSecond = 1_000_000_000n;

const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 100 });

/** The local time, `ns` nanoseconds after 1970, in a zone such as `Europe/Paris`. Throws {@link BuiltinError}. */
export function localTime(ns: bigint, zone: string): LocalTime {
  const nanosecond = Number(BigInt.asIntN(64, ((ns % nsPerSecond) + nsPerSecond) % nsPerSecond));
  const seconds = Number((ns - BigInt(nanosecond)) / nsPerSecond);
  const [offset, name] = zone === '' || zone === 'UTC' ? [0, 'UTC'] : offsetAt(seconds, zone);
  const date = new Date((seconds + offset) * 1_000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanosecond,
    weekday: date.getUTCDay(),
    offset,
    zone: name,
  };
}

/** The nanoseconds since 1970 of a date and time. Days, months and so on beyond their range go on counting. */
export function nanosecondsOf(time: Omit<LocalTime, 'weekday' | 'zone'>): bigint {
  const date = new Date(0);
  date.setUTCFullYear(time.year, time.month - 1, time.day); // unlike Date.UTC, this takes 99 for the year 99
  date.setUTCHours(time.hour, time.minute, time.second);
  if (Number.isNaN(date.getTime())) throw new BuiltinError('time outside of valid range');
  return BigInt(date.getTime() / 1_000 - time.offset) * nsPerSecond + BigInt(time.nanosecond);
}

function offsetAt(seconds: number, zone: string): [offset: number, name: string] {
  const parts = formatOf(zone).formatToParts(new Date(seconds * 1_000));
  const field = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const year = field('year') * (parts.some(({ value }) => value === 'BC') ? -1 : 1);
  const shown = Date.UTC(year, field('month') - 1, field('day'), field('hour'), field('minute'), field('second'));
  const offset = shown / 1_000 - seconds;
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return [offset, /^[A-Z]{3,5}$/.test(name) ? name : shortOffset(offset)];
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const timeZone = zone === 'Local' ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      timeZoneName: 'short',
    });
    formats.set(zone, format);
    return format;
  } catch (cause) {
    throw new BuiltinError(`unknown time zone ${zone}`, { cause });
  }
}

function shortOffset(offset: number): string {
  const minutes = Math.abs(offset) / 60;
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(minutes / 60)}${minutes % 60 === 0 ? '' : two(minutes % 60)}`;
}
