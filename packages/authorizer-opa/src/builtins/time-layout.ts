import type { LocalTime } from './time-zone.js';

/*
 * Go's layouts: the reference time, Monday 2 January 2006 15:04:05 -0700, written as a time shall be written.
 */

export const layouts: ReadonlyMap<string, string> = new Map([
  ['ANSIC', 'Mon Jan _2 15:04:05 2006'],
  ['UnixDate', 'Mon Jan _2 15:04:05 MST 2006'],
  ['RubyDate', 'Mon Jan 02 15:04:05 -0700 2006'],
  ['RFC822', '02 Jan 06 15:04 MST'],
  ['RFC822Z', '02 Jan 06 15:04 -0700'],
  ['RFC850', 'Monday, 02-Jan-06 15:04:05 MST'],
  ['RFC1123', 'Mon, 02 Jan 2006 15:04:05 MST'],
  ['RFC1123Z', 'Mon, 02 Jan 2006 15:04:05 -0700'],
  ['RFC3339', '2006-01-02T15:04:05Z07:00'],
  ['RFC3339Nano', '2006-01-02T15:04:05.999999999Z07:00'],
]);

export const months: readonly string[] =
  'January February March April May June July August September October November December'.split(' ');
export const weekdays: readonly string[] = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** The elements of a layout, each of which stands for a part of the time. */
export const element: RegExp =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|__2|_2(?!006)|002|0[1-6]|15|PM|pm|[Z-]07(?::00:00|0000|:00|00)?|[.,](?:0+|9+)(?!\d)|[1-5]/g;

/** The time as a layout has it. */
export function formatTime(time: LocalTime, layout: string): string {
  return layout.replace(element, (name) => written(name, time));
}

export const isFraction = (name: string): boolean => name[0] === '.' || name[0] === ',';

const two = (number: number): string => String(number).padStart(2, '0');
const twelve = (hour: number): number => hour % 12 || 12;

const writers: ReadonlyMap<string, (time: LocalTime) => string> = new Map<string, (time: LocalTime) => string>([
  ['January', ({ month }) => months[month - 1] ?? ''],
  ['Jan', ({ month }) => months[month - 1]?.slice(0, 3) ?? ''],
  ['Monday', ({ weekday }) => weekdays[weekday] ?? ''],
  ['Mon', ({ weekday }) => weekdays[weekday]?.slice(0, 3) ?? ''],
  ['MST', ({ zone }) => zone],
  ['2006', ({ year }) => String(year).padStart(4, '0')],
  ['06', ({ year }) => two(year % 100)],
  ['01', ({ month }) => two(month)],
  ['1', ({ month }) => String(month)],
  ['02', ({ day }) => two(day)],
  ['_2', ({ day }) => String(day).padStart(2)],
  ['2', ({ day }) => String(day)],
  ['002', (time) => String(dayOfYear(time)).padStart(3, '0')],
  ['__2', (time) => String(dayOfYear(time)).padStart(3)],
  ['15', ({ hour }) => two(hour)],
  ['03', ({ hour }) => two(twelve(hour))],
  ['3', ({ hour }) => String(twelve(hour))],
  ['04', ({ minute }) => two(minute)],
  ['4', ({ minute }) => String(minute)],
  ['05', ({ second }) => two(second)],
  ['5', ({ second }) => String(second)],
  ['PM', ({ hour }) => (hour < 12 ? 'AM' : 'PM')],
  ['pm', ({ hour }) => (hour < 12 ? 'am' : 'pm')],
]);

function written(name: string, time: LocalTime): string {
  const writer = writers.get(name);
  if (writer !== undefined) return writer(time);
  return isFraction(name) ? fractionText(name, time) : offsetText(name, time.offset);
}

function fractionText(name: string, { nanosecond }: LocalTime): string {
  const digits = String(nanosecond)
    .padStart(9, '0')
    .slice(0, name.length - 1);
  if (name[1] === '0') return name[0] + digits.padEnd(name.length - 1, '0');
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? '' : name[0] + trimmed;
}

function offsetText(name: string, offset: number): string {
  if (name[0] === 'Z' && offset === 0) return 'Z';
  const seconds = Math.abs(offset);
  const parts = [seconds / 3_600, (seconds / 60) % 60, seconds % 60].map((part) => two(Math.floor(part)));
  const count = name.replace(/\D/g, '').length / 2;
  return (offset < 0 ? '-' : '+') + parts.slice(0, count).join(name.includes(':') ? ':' : '');
}

function dayOfYear({ year, month, day }: LocalTime): number {
  const days = new Date(0).setUTCFullYear(year, month - 1, day) - new Date(0).setUTCFullYear(year, 0, 0);
  return Math.round(days / 86_400_000);
}
