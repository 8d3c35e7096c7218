import { useEffect } from 'react';
import { locale, useTranslate } from '../i18n/translate.ts';
import { settings } from '../state/settings.ts';
import { createStore, useStore } from '../state/store.ts';
import { ageText, timeText } from './format-time.ts';

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
