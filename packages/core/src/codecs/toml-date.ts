import { inspect } from 'node:util';

const pattern = new RegExp(
  [
    String.raw`^(?:(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)(?:$|[Tt ](?=\d)))?`,
    String.raw`(?:(?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:\.(?<fraction>\d+))?)?`,
    String.raw`(?<offset>[Zz]|[+-]\d\d:\d\d)?)?$`,
  ].join(''),
);

/** The known part of a date: a moment, or a date or time (or both) without a time zone. */
export type TomlDateKind = 'offset-date-time' | 'local-date-time' | 'local-date' | 'local-time';

/**
 * A date or time of a TOML document, exactly as it is written. It cannot be changed: the methods of `Date` that set
 * something throw. As a `Date` it has milliseconds, and reads what is local as UTC.
 */
export class TomlDate extends Date {
  static {
    // The methods of Date read and write a field that cannot be frozen.
    for (const name of Object.getOwnPropertyNames(Date.prototype)) {
      const method = Reflect.get(Date.prototype, name);
      if (typeof method !== 'function' || name === 'constructor' || name.startsWith('to')) continue;
      Object.defineProperty(TomlDate.prototype, name, {
        value: name.startsWith('set')
          ? refuse
          : function (this: TomlDate, ...args: unknown[]): unknown {
              return Reflect.apply(method, new Date(this.#ms), args);
            },
      });
    }
    Object.defineProperty(TomlDate.prototype, inspect.custom, {
      value(this: TomlDate) {
        return this.text;
      },
    });
  }

  readonly #ms: number;
  /** As in the document. */
  readonly text: string;
  readonly kind: TomlDateKind;

  /** Throws a RangeError for what is no date of TOML or of no calendar. */
  constructor(text: string) {
    const parts = pattern.exec(text)?.groups;
    const ms = parts === undefined ? Number.NaN : msOf(parts);
    if (parts === undefined || Number.isNaN(ms)) throw new RangeError('not a date or time of TOML');
    super(ms);
    this.#ms = ms;
    this.text = text;
    this.kind = kindOf(parts);
    Object.freeze(this);
  }

  override toISOString(): string {
    return this.text;
  }

  override toString(): string {
    return this.text;
  }

  override toJSON(): string {
    return this.text;
  }
}

type Parts = Readonly<Record<string, string | undefined>>;

function kindOf({ year, hour, offset }: Parts): TomlDateKind {
  if (offset !== undefined) return 'offset-date-time';
  if (year === undefined) return 'local-time';
  return hour === undefined ? 'local-date' : 'local-date-time';
}

/** NaN for a day or an hour that there is not. */
function msOf({ year, month = '01', day = '01', hour, minute, second = '00', fraction, offset }: Parts): number {
  if (year === undefined && (hour === undefined || offset !== undefined)) return Number.NaN;
  const ms = Date.parse(`${year ?? '1970'}-${month}-${day}T00:00:00Z`);
  // Date moves the 30th of February into March.
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(day)) return Number.NaN;
  if (hour === undefined) return ms;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return Number.NaN;
  const ofDay = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1_000;
  return ms + ofDay + Math.trunc(Number(`0.${fraction ?? 0}`) * 1_000) - offsetMs(offset);
}

function offsetMs(offset: string | undefined): number {
  if (offset === undefined || offset.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(4))];
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function refuse(): never {
  throw new TypeError('a date that others read too cannot be changed: copy it by new Date(date)');
}
