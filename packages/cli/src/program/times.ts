import { InvalidArgumentError } from '@commander-js/extra-typings';
import { duration } from './numbers.js';

const isoTime = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Reads a time into milliseconds since the epoch: `2026-11-26`, `2026-11-26T09:30`, in UTC unless it names an offset, or
 * how long ago it was, such as `2h`.
 */
export function time(text: string): number {
  const [, date, clock = '00:00', offset = 'Z'] = isoTime.exec(text) ?? [];
  if (date === undefined) return Date.now() - ago(text);
  const ms = Date.parse(`${date}T${clock}${offset}`);
  // V8 takes February 30 as March 2.
  const day = new Date(Date.parse(`${date}T00:00Z`));
  if (Number.isNaN(ms) || Number.isNaN(day.getTime()) || !day.toISOString().startsWith(date)) throw wrong();
  return ms;
}

function ago(text: string): number {
  try {
    return duration(text);
  } catch {
    throw wrong();
  }
}

const wrong = (): InvalidArgumentError =>
  new InvalidArgumentError('It must be a time, such as 2026-11-26T09:30Z, or how long ago, such as 2h.');
