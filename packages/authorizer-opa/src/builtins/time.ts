import { isArray, type RegoValue } from '../rego/value.js';
import { type Builtins, bigAt, stringAt, wholeAt } from './builtin.js';
import { BuiltinError } from './builtin-error.js';
import { parseDuration } from './duration.js';
import { formatTime, layouts, weekdays } from './time-layout.js';
import { parseTime } from './time-reader.js';
import { type LocalTime, localTime, nanosecondsOf } from './time-zone.js';

const rfc3339 = '2006-01-02T15:04:05Z07:00';
const rfc3339Nano = '2006-01-02T15:04:05.999999999Z07:00';

export const timeBuiltins: Builtins = {
  'time.now_ns': (_args, { now }) => now,
  'time.parse_ns': (args) => {
    const layout = stringAt(args, 0);
    return inRange(parseTime(stringAt(args, 1), layouts.get(layout) ?? layout));
  },
  'time.parse_rfc3339_ns': (args) => inRange(parseTime(stringAt(args, 0), rfc3339)),
  'time.parse_duration_ns': (args) => parseDuration(stringAt(args, 0)),
  'time.format': ([moment]) => {
    const { ns, zone, layout } = momentOf(moment);
    return formatTime(localTime(ns, zone), layout === '' ? rfc3339Nano : (layouts.get(layout) ?? layout));
  },
  'time.date': ([moment]) => {
    const { year, month, day } = shownAt(moment);
    return [year, month, day].map(BigInt);
  },
  'time.clock': ([moment]) => {
    const { hour, minute, second } = shownAt(moment);
    return [hour, minute, second].map(BigInt);
  },
  'time.weekday': ([moment]) => weekdays[shownAt(moment).weekday],
  'time.add_date': (args) => {
    const time = localTime(momentOf(args[0]).ns, 'UTC');
    const [years, months, days] = [wholeAt(args, 1), wholeAt(args, 2), wholeAt(args, 3)];
    const sum = { ...time, year: time.year + years, month: time.month + months, day: time.day + days };
    return inRange(nanosecondsOf(sum));
  },
  'time.diff': ([a, b]) => difference(a, b).map(BigInt),
};

interface Moment {
  readonly ns: bigint;
  readonly zone: string;
  readonly layout: string;
}

/** Nanoseconds since 1970, alone or with a zone and a layout. */
function momentOf(value: RegoValue | undefined): Moment {
  const parts = isArray(value) ? value : [value ?? null];
  const [, zone = '', layout = ''] = parts;
  if (typeof zone !== 'string' || typeof layout !== 'string') throw new BuiltinError('zone and layout must be strings');
  const ns = bigAt(parts, 0);
  if (BigInt.asIntN(64, ns) !== ns) throw new BuiltinError('timestamp too big');
  return { ns, zone, layout };
}

function shownAt(value: RegoValue | undefined): LocalTime {
  const { ns, zone } = momentOf(value);
  return localTime(ns, zone);
}

function inRange(ns: bigint): bigint {
  if (BigInt.asIntN(64, ns) === ns) return ns;
  throw new BuiltinError('time outside of valid range');
}

/** Years, months, days, hours, minutes and seconds from the earlier moment to the later, by the clocks of the first. */
function difference(a: RegoValue | undefined, b: RegoValue | undefined): number[] {
  const { ns, zone } = momentOf(a);
  const other = momentOf(b).ns;
  const [from, to] = [ns, other].sort((x, y) => (x < y ? -1 : 1)).map((moment) => localTime(moment, zone));
  if (from === undefined || to === undefined) return [];
  const units = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;
  const daysInMonth = new Date(Date.UTC(2000 + (from.year % 400), from.month, 0)).getUTCDate();
  const sizes = [0, 12, daysInMonth, 24, 60, 60];
  const parts = units.map((unit) => to[unit] - from[unit]);
  for (let at = parts.length - 1; at > 0; at -= 1) {
    if ((parts[at] ?? 0) >= 0) continue;
    parts[at] = (parts[at] ?? 0) + (sizes[at] ?? 0);
    parts[at - 1] = (parts[at - 1] ?? 0) - 1;
  }
  return parts;
}
