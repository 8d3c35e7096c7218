import { useEffect } from 'react';
import { locale, useTranslate } from '../i18n/translate.ts';
import { settings } from '../state/settings.ts';
import { createStore, useStore } from '../state/store.ts';

const now = createStore(Date.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The time, renewed every half a minute: one timer for all that show an age. */
function useNow(): number {
  useEffect(() => {
    users += 1;
    if (users === 1) {
      now.set(Date.now());
      timer = setInterval(() => now.set(Date.now()), 30_000);
    }
    return () => {
      users -= 1;
      if (users === 0) clearInterval(timer);
    };
  }, []);
  return useStore(now);
}

const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** How long ago, or until: "3 minutes ago", in short "3 min. ago". */
export function ageText(at: number, present: number, language: string, style: 'long' | 'narrow' = 'long'): string {
  const seconds = (at - present) / 1000;
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style });
  const unit = units.find(([, size]) => Math.abs(seconds) >= size);
  return unit ? format.format(Math.round(seconds / unit[1]), unit[0]) : format.format(0, 'second');
}

export function timeText(at: number, language: string, utc: boolean): string {
  const text = new Date(at).toLocaleString(language, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    ...(utc && { timeZone: 'UTC' }),
  });
  return utc ? `${text} UTC` : text;
}

/** An age, with the exact time as its title. */
export function Age({ at, short = false }: { at: number; short?: boolean }) {
  useTranslate();
  const present = useNow();
  const { utc } = useStore(settings);
  if (at === 0) return null;
  return (
    <time dateTime={new Date(at).toISOString()} title={timeText(at, locale(), utc)}>
      {ageText(at, Math.max(present, Math.min(at, Date.now())), locale(), short ? 'narrow' : 'long')}
    </time>
  );
}

/** An exact time, in the zone that the settings say. */
export function Time({ at }: { at: number }) {
  useTranslate();
  const { utc } = useStore(settings);
  return <time dateTime={new Date(at).toISOString()}>{timeText(at, locale(), utc)}</time>;
}
