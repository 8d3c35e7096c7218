import { useState } from 'react';
import type { Entry } from '../../api/types.ts';
import { DiffView } from '../../editor/diff-view.tsx';
import { useTranslate } from '../../i18n/translate.ts';
import { setParameters } from '../../state/location.ts';
import { queries } from '../../state/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { toast } from '../../ui/toasts.tsx';
import { bringBack } from './bring-back.ts';
import { sideOf } from './side-of.ts';

/** Brings a key back to a version, as a new one: what would change, and why. Nothing is written over what was not seen. */
export function RestoreDialog({ current, version, onClose }: { current: Entry; version: Entry; onClose: () => void }) {
  const t = useTranslate();
  const [comment, setComment] = useState('');
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  // Only the version that the preview shows is replaced, never one that somebody writes meanwhile.
  const [seen, setSeen] = useState(current);
  const isBehind = current.revision !== seen.revision;
  const { namespace, key } = version;
  const run = async (): Promise<void> => {
    if (isBusy || isBehind) return;
    setBusy(true);
    setError(undefined);
    try {
      const back = { version, ifVersion: seen.deleted ? 0 : seen.version };
      await bringBack(namespace, [back], { comment, requestId: crypto.randomUUID() });
      void queries.invalidateQueries({ queryKey: ['entry', namespace, key] });
      void queries.invalidateQueries({ queryKey: ['versions', namespace, key] });
      onClose();
      setParameters({ v1: undefined, v2: undefined }, { replace: true });
      toast({ text: t('restored', { key, version: version.version }), look: 'good' });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('restoreVersion', { version: version.version })}
      size="wide"
      onClose={onClose}
      onSubmit={() => void run()}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" disabled={isBusy || isBehind}>
            {t('restore')}
          </Button>
        </>
      }
    >
      {isBehind && (
        <Note look="warn" alert actions={<Button onClick={() => setSeen(current)}>{t('lookAgain')}</Button>}>
          {t('changedBeforeRestore')}
        </Note>
      )}
      {version.secret ? (
        <Note>{t('secretNotCompared')}</Note>
      ) : (
        <DiffView left={{ ...sideOf(seen, t), title: t('now') }} right={sideOf(version, t)} />
      )}
      <Field label={t('comment')} hint={t('commentHint')}>
        {(control) => (
          <input {...control} value={comment} maxLength={1024} onChange={(event) => setComment(event.target.value)} />
        )}
      </Field>
      {error !== undefined && <ErrorNote error={error} />}
    </Dialog>
  );
}
