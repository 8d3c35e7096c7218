import { useRef, useState } from 'react';
import { deleteEntry, setEntry } from '../../api/calls.ts';
import { isApiError } from '../../api/error.ts';
import type { Entry } from '../../api/types.ts';
import { DiffView } from '../../editor/diff-view.tsx';
import { useTranslate } from '../../i18n/translate.ts';
import { useCommands } from '../../shell/commands.ts';
import { type Draft, dropDraft } from '../../state/drafts.ts';
import { queries } from '../../state/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { bytesOf, languageOf } from '../../value/language.ts';
import { offerUndo } from './undo.ts';

export interface SaveDialogProps {
  readonly draft: Draft;
  readonly onClose: () => void;
  readonly onSaved: () => void;
  /** Somebody has written the key since the edit began. */
  readonly onConflict: () => void;
}

/** The last look before a key is written: what changes, and why. */
export function SaveDialog({ draft, onClose, onSaved, onConflict }: SaveDialogProps) {
  const t = useTranslate();
  const [comment, setComment] = useState(draft.comment);
  const [isSaving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>();
  // One save: repeated after an answer that was lost, it is recognised and writes nothing twice.
  const requestId = useRef(crypto.randomUUID());
  const { namespace, key, base, codec, text, ttlMs } = draft;

  const save = async (): Promise<void> => {
    if (isSaving) return;
    setSaving(true);
    setError(undefined);
    try {
      const value = bytesOf(text);
      const write = {
        namespace,
        key,
        value,
        codec,
        ifVersion: base.version,
        ttlMs,
        comment,
        requestId: requestId.current,
      };
      const entry = await setEntry(write);
      queries.setQueryData(['entry', namespace, key, 0], entry);
      void queries.invalidateQueries({ queryKey: ['versions', namespace, key] });
      dropDraft(draft);
      offerUndo(t('saved', { key, version: entry.version }), undoOf(draft, entry));
      onSaved();
    } catch (failure) {
      if (isApiError(failure, 'conflict') || isApiError(failure, 'exists')) return onConflict();
      // The server has seen the request and refused it: the next try is another one.
      if (!isApiError(failure, 'offline')) requestId.current = crypto.randomUUID();
      setError(failure);
    } finally {
      setSaving(false);
    }
  };
  useCommands([
    {
      id: 'save-now',
      title: 'save',
      group: 'groupEdit',
      keys: 'mod+enter',
      inFields: true,
      inDialogs: true,
      run: () => void save(),
    },
  ]);

  return (
    <Dialog
      title={t(base.version === 0 ? 'createTitle' : 'saveTitle', { key })}
      size="wide"
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button onClick={onClose}>{t('backToEditor')}</Button>
          <Button look="primary" type="submit" keys="mod+enter" disabled={isSaving}>
            {t(isSaving ? 'saving' : 'save')}
          </Button>
        </>
      }
    >
      {draft.secret ? (
        <Note>{t('secretReplaced')}</Note>
      ) : (
        <DiffView
          left={{
            text: base.text,
            language: languageOf(base.codec),
            title: base.version === 0 ? t('nothing') : t('versionNumber', { version: base.version }),
          }}
          right={{ text, language: languageOf(codec), title: t('yours') }}
        />
      )}
      {base.version > 0 && base.codec !== codec && (
        <Note look="warn">{t('codecChanges', { from: base.codec, to: codec })}</Note>
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

/** Returns what takes a save back, unless somebody has written the key since. A secret's old value is not known here. */
function undoOf({ namespace, key, base, secret }: Draft, { version }: Entry): (() => Promise<unknown>) | undefined {
  if (secret) return undefined;
  if (base.version === 0) return () => deleteEntry(namespace, key, { ifVersion: version });
  return () => setEntry({ namespace, key, value: bytesOf(base.text), codec: base.codec, ifVersion: version });
}
