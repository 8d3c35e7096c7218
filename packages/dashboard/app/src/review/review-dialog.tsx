import { useCallback, useEffect, useRef, useState } from 'react';
import type { BatchOutcome } from '../api/calls.ts';
import { isApiError } from '../api/error.ts';
import { useTranslate } from '../i18n/translate.ts';
import { queries } from '../state/queries.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { toast } from '../ui/toasts.tsx';
import { canTakeBack, maxOperations, type PlannedChange, takeBack, type Writing, write } from './planned-change.ts';
import { PlannedChangeView } from './planned-change-view.tsx';
import './review.css';

export interface ReviewDialogProps {
  readonly title: string;
  readonly namespace: string;
  readonly changes: readonly PlannedChange[];
  /** The initial comment. */
  readonly comment?: string | undefined;
  /** Writes them where they are more than a batch takes. */
  readonly writeMany?: ((options: Writing) => Promise<BatchOutcome>) | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

type State =
  | { readonly name: 'trying' }
  | { readonly name: 'tried' }
  | { readonly name: 'writing' }
  | { readonly name: 'failed'; readonly error: unknown };

const firstShown = 50;
const openUpTo = 3;

/** The last look before several keys are written at once: what each becomes, whether the server would do it, and why. */
export function ReviewDialog({
  title,
  namespace,
  changes,
  comment: suggested = '',
  writeMany,
  onClose,
  onDone,
}: ReviewDialogProps) {
  const t = useTranslate();
  const [comment, setComment] = useState(suggested);
  const [state, setState] = useState<State>({ name: 'trying' });
  const [shown, setShown] = useState(firstShown);
  const requestId = useRef(crypto.randomUUID());
  const isMany = changes.length > maxOperations;
  const isTooMany = isMany && writeMany === undefined;
  const writeAll = useCallback(
    (options: Writing) => (isMany && writeMany ? writeMany(options) : write(namespace, changes, options)),
    [isMany, writeMany, namespace, changes],
  );
  useEffect(() => {
    if (changes.length === 0 || isTooMany) return;
    let isCurrent = true;
    writeAll({ dryRun: true }).then(
      () => isCurrent && setState((now) => (now.name === 'trying' ? { name: 'tried' } : now)),
      (error: unknown) => isCurrent && setState({ name: 'failed', error }),
    );
    return () => {
      isCurrent = false;
    };
  }, [changes, isTooMany, writeAll]);
  const canWrite = changes.length > 0 && !isTooMany && state.name !== 'writing';
  const commit = async (): Promise<void> => {
    if (!canWrite) return;
    setState({ name: 'writing' });
    try {
      const outcome = await writeAll({ comment, requestId: requestId.current });
      void queries.invalidateQueries();
      const undo = {
        label: t('undo'),
        run: () =>
          void takeBack(namespace, changes, outcome).then(
            () => toast({ text: t('undone'), look: 'good' }),
            (error: Error) => toast({ text: t('notUndone', { why: error.message }), look: 'bad' }),
          ),
      };
      toast({
        text: t('batchSaved', { count: changes.length, revision: outcome.lastRevision }),
        look: 'good',
        ...(canTakeBack(changes) && !isMany && { action: undo }),
      });
      onDone();
    } catch (error) {
      if (!isApiError(error, 'offline')) requestId.current = crypto.randomUUID();
      setState({ name: 'failed', error });
    }
  };
  const failedKey = state.name === 'failed' && isApiError(state.error) ? state.error.metadata.key : undefined;
  return (
    <Dialog
      title={title}
      size="wide"
      onClose={onClose}
      onSubmit={() => void commit()}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" disabled={!canWrite}>
            {t('commitCount', { count: changes.length })}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p role="status" className="muted">
          {state.name === 'tried' ? t('dryRunFine', { count: changes.length }) : t('reviewText', { namespace })}
        </p>
        {isTooMany && <Note look="warn">{t('reviewTooMany', { most: maxOperations })}</Note>}
        {state.name === 'failed' && <ErrorNote error={state.error} />}
        {changes.length === 0 && <Note>{t('reviewNothing')}</Note>}
        <div className="review-list">
          {changes.slice(0, shown).map((change) => (
            <PlannedChangeView
              key={change.key}
              change={change}
              isOpen={changes.length <= openUpTo || change.key === failedKey}
              isRefused={change.key === failedKey}
            />
          ))}
          {changes.length > shown && (
            <Button onClick={() => setShown(shown + 200)}>{t('showMore', { count: changes.length - shown })}</Button>
          )}
        </div>
        <Field label={t('comment')} hint={t('commentHint')}>
          {(control) => (
            <input {...control} value={comment} maxLength={1024} onChange={(event) => setComment(event.target.value)} />
          )}
        </Field>
      </div>
    </Dialog>
  );
}
