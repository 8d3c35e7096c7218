import { useState } from 'react';
import { batch, getEntry } from '../../../api/calls.ts';
import { useTranslate } from '../../../i18n/translate.ts';
import { go } from '../../../state/location.ts';
import { keysPlace } from '../../../state/place.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ErrorNote, Note } from '../../../ui/note.tsx';
import { offerUndo } from '../undo.ts';
import { complaintAbout, type DialogCommon } from './common.ts';

/** Renames a key: the new one is made and the old one deleted in one batch, or nothing happens. */
export default function MoveDialog({ namespace, index, name: from, onClose }: DialogCommon & { name: string }) {
  const t = useTranslate();
  const [name, setName] = useState(from);
  const [comment, setComment] = useState('');
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const to = name.trim();
  const known = index.get(to);
  const complaint = to !== from && known && !known.deleted ? t('keyExists') : complaintAbout(to, t);
  const canMove = to !== '' && to !== from && complaint === undefined && !isBusy;

  const move = async (): Promise<void> => {
    if (!canMove) return;
    setBusy(true);
    setError(undefined);
    try {
      await moveKey(namespace, from, to, comment);
      onClose();
      go(keysPlace(namespace, to), { replace: true });
      offerUndo(t('moved', { from, to }), () => moveKey(namespace, to, from, ''));
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('renameKey')}
      onClose={onClose}
      onSubmit={() => void move()}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" disabled={!canMove}>
            {t('renameKey')}
          </Button>
        </>
      }
    >
      <Field label={t('newName')} error={complaint}>
        {(control) => (
          <input
            {...control}
            className="mono"
            value={name}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('comment')} hint={t('commentHint')}>
        {(control) => (
          <input {...control} value={comment} maxLength={1024} onChange={(event) => setComment(event.target.value)} />
        )}
      </Field>
      <Note>{t('renameHint')}</Note>
      {error !== undefined && <ErrorNote error={error} />}
    </Dialog>
  );
}

async function moveKey(namespace: string, from: string, to: string, comment: string): Promise<void> {
  const { value, codec, version, expiresAt } = await getEntry(namespace, from, { reveal: true });
  const ttlMs = expiresAt === undefined ? undefined : Math.max(expiresAt - Date.now(), 1);
  await batch(
    namespace,
    [
      { kind: 'set', key: to, value, codec, ifVersion: 0, ttlMs },
      { kind: 'delete', key: from, ifVersion: version },
    ],
    { comment, requestId: crypto.randomUUID() },
  );
}
