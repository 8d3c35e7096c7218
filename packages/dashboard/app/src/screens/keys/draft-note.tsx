import type { Entry } from '../../api/types.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { type Draft, dropDraft } from '../../state/drafts.ts';
import { go, setParameters } from '../../state/location.ts';
import { Button } from '../../ui/button.tsx';
import { Note } from '../../ui/note.tsx';
import { Age } from '../../ui/time.tsx';

/** Says that there is an edit of the key that is not saved yet: what is shown is what the server has. */
export function DraftNote({ draft, entry }: { draft: Draft; entry: Entry }) {
  const t = useTranslate();
  const isOld = draft.base.version !== entry.version;
  return (
    <Note
      look={isOld ? 'warn' : 'info'}
      actions={
        <>
          {draft.staged ? (
            <Button onClick={() => go({ screen: 'changes', parameters: {} })}>{t('reviewChanges')}</Button>
          ) : (
            <Button onClick={() => setParameters({ edit: '1' })}>{t('continueDraft')}</Button>
          )}
          <Button look="quiet" onClick={() => dropDraft(draft)}>
            {t('discard')}
          </Button>
        </>
      }
    >
      {t(draft.kind === 'delete' ? 'stagedDelete' : draft.staged ? 'stagedNote' : 'draftNote')}{' '}
      <Age at={draft.changedAt} />. {isOld && t('draftIsOld', { version: draft.base.version, now: entry.version })}
    </Note>
  );
}
