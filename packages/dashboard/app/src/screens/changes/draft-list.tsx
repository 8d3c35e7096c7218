import { useTranslate } from '../../i18n/translate.ts';
import { type Draft, draftId, dropDraft, keepDraft } from '../../state/drafts.ts';
import { keysPlace } from '../../state/place.ts';
import { Button } from '../../ui/button.tsx';
import { Link } from '../../ui/link.tsx';
import { Age } from '../../ui/time.tsx';

/** Edits that are neither saved nor staged. */
export function DraftList({ drafts }: { drafts: readonly Draft[] }) {
  const t = useTranslate();
  return (
    <section className="stack">
      <h2>{t('drafts')}</h2>
      <ul className="draft-list">
        {drafts.map((draft) => (
          <li key={draftId(draft)} className="row">
            <Link className="mono" to={keysPlace(draft.namespace, draft.key, { edit: '1' })}>
              {draft.key}
            </Link>
            <span className="muted">
              {draft.namespace} · <Age at={draft.changedAt} />
            </span>
            <span className="grow" />
            <Button onClick={() => keepDraft({ ...draft, staged: true })}>{t('stage')}</Button>
            <Button look="quiet" onClick={() => dropDraft(draft)}>
              {t('discard')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
