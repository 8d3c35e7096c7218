import type { Duration } from '../gen/google/protobuf/duration.js';
import type { Timestamp } from '../gen/google/protobuf/timestamp.js';
import { JsonMappingError } from './error.js';
import type { Kind } from './kind.js';

const timestampSyntax =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const earliestSeconds = -62_135_596_800; // 0001-01-01T00:00:00Z
const latestSeconds = 253_402_300_799; // 9999-12-31T23:59:59Z

const durationSyntax = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/;
const longestSeconds = 315_576_000_000; // 10,000 years

/** Nanoseconds as a fraction of no, 3, 6 or 9 digits. */
function writeFraction(nanos: number): string {
  if (nanos === 0) return '';
  return `.${String(nanos)
    .padStart(9, '0')
    .replace(/(?:000){1,2}$/, '')}`;
}

function readFraction(digits: string | undefined): number {
  return digits === undefined ? 0 : Number(digits.padEnd(9, '0'));
}

/** RFC 3339, years 1 to 9999; written in UTC. */
export const timestampKind: Kind<Timestamp> = {
  absent: 'null',
  schema: { type: 'string', format: 'date-time' },
  write({ seconds, nanos }) {
    if (!inRange(seconds, earliestSeconds, latestSeconds) || !inRange(nanos, 0, 999_999_999)) {
      throw new JsonMappingError('not a time of the years 1 to 9999');
    }
    return `"${new Date(seconds * 1000).toISOString().slice(0, 19)}${writeFraction(nanos)}Z"`;
  },
  read(json) {
    if (typeof json !== 'string') throw new JsonMappingError('must be a time, as in "2024-05-01T12:00:00Z"');
    return timestampKind.parse(json);
  },
  parse(text) {
    const match = timestampSyntax.exec(text);
    if (match === null) throw new JsonMappingError('must be a time, as in "2024-05-01T12:00:00Z"');
    const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, ...number[]];
    const date = new Date(0);
    date.setUTCFullYear(year, Number(month) - 1, day);
    if (date.getUTCDate() !== day) throw new JsonMappingError('there is no such day');
    date.setUTCHours(Number(hour), minute, second);
    const offset = (match[8] === '-' ? -60 : 60) * (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0));
    const seconds = date.getTime() / 1000 - offset;
    if (!inRange(seconds, earliestSeconds, latestSeconds)) {
      throw new JsonMappingError('must be a time of the years 1 to 9999');
    }
    return { seconds, nanos: readFraction(match[7]) };
  },
};

/** Seconds with the suffix `s`, at most 10,000 years either way. */
export const durationKind: Kind<Duration> = {
  absent: 'null',
  schema: { type: 'string', pattern: durationSyntax.source },
  write({ seconds, nanos }) {
    const fits = inRange(seconds, -longestSeconds, longestSeconds) && inRange(nanos, -999_999_999, 999_999_999);
    if (!fits || seconds * nanos < 0) throw new JsonMappingError('not a duration within 10,000 years');
    return `"${seconds < 0 || nanos < 0 ? '-' : ''}${Math.abs(seconds)}${writeFraction(Math.abs(nanos))}s"`;
  },
  read(json) {
    if (typeof json !== 'string') throw new JsonMappingError('must be a duration, as in "1.5s"');
    return durationKind.parse(json);
  },
  parse(text) {
    const match = durationSyntax.exec(text);
    if (match === null) throw new JsonMappingError('must be a duration, as in "1.5s"');
    const sign = match[1] === '-' ? -1 : 1;
    const seconds = sign * Number(match[2]) + 0;
    const nanos = sign * readFraction(match[3]) + 0;
    if (Math.abs(seconds) > longestSeconds) throw new JsonMappingError('must be a duration within 10,000 years');
    return { seconds, nanos };
  },
};

function inRange(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
