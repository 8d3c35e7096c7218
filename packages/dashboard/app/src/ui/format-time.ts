// Times as texts. Making a formatter takes longer than a hundred uses of it, and a list shows many ages.

const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

const formatters = new Map<string, Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function kept<T extends Intl.DateTimeFormat | Intl.RelativeTimeFormat>(name: string, make: () => T): T {
  const known = formatters.get(name);
  if (known !== undefined) return known as T;
  const made = make();
  formatters.set(name, made);
  return made;
}

/** How long ago, or until: "3 minutes ago", in short "3 min. ago". */
export function ageText(at: number, present: number, language: string, style: 'long' | 'narrow' = 'long'): string {
  const seconds = (at - present) / 1000;
  const make = (): Intl.RelativeTimeFormat => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style });
  const format = kept(`age ${language} ${style}`, make);
  const unit = units.find(([, size]) => Math.abs(seconds) >= size);
  return unit ? format.format(Math.round(seconds / unit[1]), unit[0]) : format.format(0, 'second');
}

/** An exact time, in the browser's zone or in UTC, which it then says. */
export function timeText(at: number, language: string, utc: boolean): string {
  const zone = utc ? { timeZone: 'UTC' } : {};
  const make = (): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', ...zone });
  const text = kept(`time ${language} ${utc}`, make).format(at);
  return utc ? `${text} UTC` : text;
}
