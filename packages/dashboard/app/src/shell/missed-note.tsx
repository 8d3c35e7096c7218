import { useTranslate } from '../i18n/translate.ts';
import { forgetMissed, live } from '../live/live.ts';
import { keysPlace } from '../state/place.ts';
import { useStore } from '../state/store.ts';
import { Button } from '../ui/button.tsx';
import { Link } from '../ui/link.tsx';
import { Note } from '../ui/note.tsx';

const shown = 6;

/** The changes while the page was asleep or the server away. */
export function MissedNote() {
  const t = useTranslate();
  const { missed } = useStore(live);
  if (missed.length === 0) return null;
  const latest = [
    ...new Map(missed.map((change) => [`${change.entry.namespace}/${change.entry.key}`, change])).values(),
  ];
  return (
    <Note actions={<Button onClick={forgetMissed}>{t('dismiss')}</Button>}>
      {t('missed', { count: missed.length })}{' '}
      {latest.slice(-shown).map(({ entry, revision }) => (
        <Link key={revision} to={keysPlace(entry.namespace, entry.key)} className="inline-key">
          {entry.key}
        </Link>
      ))}
      {latest.length > shown && <> … {t('andMore', { count: latest.length - shown })}</>}
    </Note>
  );
}
