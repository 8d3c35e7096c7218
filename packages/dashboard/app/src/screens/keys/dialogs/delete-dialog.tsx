import { useState } from 'react';
import { batch, getEntry } from '../../../api/calls.ts';
import { useTranslate } from '../../../i18n/translate.ts';
import { keepDraft } from '../../../state/drafts.ts';
import { go, place } from '../../../state/location.ts';
import { keysPlace } from '../../../state/place.ts';
import { queries, useAliases } from '../../../state/queries.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ErrorNote, Note } from '../../../ui/note.tsx';
import { toast } from '../../../ui/toasts.tsx';
import { undelete } from '../bring-back.ts';
import { draftOf } from '../draft-of.ts';
import { clearSelection } from '../selection.ts';
import { offerUndo } from '../undo.ts';
import type { DialogCommon } from './common.ts';

const shown = 8;

/** Deletes keys as one batch. What many depend on has to be named first. */
export default function DeleteDialog({ namespace, index, keys, onClose }: DialogCommon & { keys: readonly string[] }) {
  const t = useTranslate();
  const { data: aliases = [] } = useAliases();
  const [typed, setTyped] = useState('');
  const [comment, setComment] = useState('');
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const pointing = aliases.filter(({ target }) => keys.includes(target));
  const isDangerous = keys.length > 1 || pointing.length > 0 || /prod|live/i.test(namespace);
  const wanted = keys.length === 1 ? (keys[0] ?? '') : namespace;
  const canDelete = !isBusy && (!isDangerous || typed === wanted);

  const remove = async (): Promise<void> => {
    if (!canDelete) return;
    setBusy(true);
    setError(undefined);
    const versions = keys.map((key) => ({ key, version: index.get(key)?.version ?? 0 }));
    try {
      const operations = versions.map(
        ({ key, version }) => ({ kind: 'delete', key, ifVersion: version || undefined }) as const,
      );
      await batch(namespace, operations, { comment, requestId: crypto.randomUUID() });
      clearSelection();
      onClose();
      const now = place.get();
      if (now.screen === 'keys' && keys.includes(now.key)) go(keysPlace(namespace), { replace: true });
      for (const key of keys) queries.removeQueries({ queryKey: ['entry', namespace, key] });
      offerUndo(t('deletedKeys', { count: keys.length, key: keys[0] ?? '' }), () => undelete(namespace, versions));
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  /** Puts the deletions into the change set instead. */
  const stage = async (): Promise<void> => {
    try {
      const entries = await Promise.all(keys.map((key) => getEntry(namespace, key)));
      for (const entry of entries) {
        keepDraft({ ...draftOf(namespace, entry.key, entry), kind: 'delete', staged: true });
      }
      clearSelection();
      onClose();
      toast({
        text: t('changeCount', { count: keys.length }),
        action: { label: t('reviewChanges'), run: () => go({ screen: 'changes', parameters: {} }) },
      });
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog
      title={t('deleteKeys', { count: keys.length })}
      onClose={onClose}
      onSubmit={() => void remove()}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button onClick={() => void stage()}>{t('stageDelete')}</Button>
          <Button look="danger" type="submit" disabled={!canDelete}>
            {t('delete')}
          </Button>
        </>
      }
    >
      <ul className="names">
        {keys.slice(0, shown).map((key) => (
          <li key={key} className="mono">
            {key}
          </li>
        ))}
        {keys.length > shown && <li className="muted">{t('andMore', { count: keys.length - shown })}</li>}
      </ul>
      {pointing.length > 0 && (
        <Note look="warn">
          {t('aliasesPoint', { count: pointing.length, names: pointing.map(({ alias }) => alias).join(', ') })}
        </Note>
      )}
      <p className="muted">{t('deleteHint')}</p>
      {isDangerous && (
        <Field label={t('typeToDelete', { name: wanted })}>
          {(control) => (
            <input
              {...control}
              className="mono"
              value={typed}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
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
