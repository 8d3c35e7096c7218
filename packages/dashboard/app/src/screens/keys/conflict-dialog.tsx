import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { toText } from '../../api/bytes.ts';
import { getEntry } from '../../api/calls.ts';
import { isApiError } from '../../api/error.ts';
import type { Entry } from '../../api/types.ts';
import { useTranslate } from '../../i18n/translate.ts';
import type { Draft } from '../../state/drafts.ts';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { Age } from '../../ui/time.tsx';
import { formatJson } from '../../value/format-json.ts';
import { languageOf } from '../../value/language.ts';
import { type Choice, merge } from '../../value/merge.ts';
import { baseOf } from './draft-of.ts';

const CodeEditor = lazy(() => import('../../editor/code-editor.tsx'));

export interface ConflictDialogProps {
  readonly draft: Draft;
  readonly onClose: () => void;
  /** The draft on top of what the server has now. */
  readonly onMerged: (draft: Draft) => void;
}

/** Somebody saved while the key was edited: what it was, what they made of it and what is mine, to be made one. */
export function ConflictDialog({ draft, onClose, onMerged }: ConflictDialogProps) {
  const t = useTranslate();
  const { namespace, key } = draft;
  const { data, error, refetch } = useQuery({
    queryKey: ['theirs', namespace, key],
    queryFn: async ({ signal }): Promise<Entry | 'deleted'> => {
      try {
        return await getEntry(namespace, key, { signal });
      } catch (failure) {
        if (isApiError(failure, 'missing')) return 'deleted';
        throw failure;
      }
    },
    staleTime: 0,
    gcTime: 0,
  });
  if (data === undefined) {
    return (
      <Dialog title={t('conflictTitle', { key })} onClose={onClose}>
        {error ? (
          <ErrorNote error={error} onRetry={() => void refetch()} />
        ) : (
          <div className="loading" aria-busy="true" />
        )}
      </Dialog>
    );
  }
  if (data === 'deleted') return <Deleted draft={draft} onClose={onClose} onMerged={onMerged} />;
  if (data.secret || draft.secret || toText(data.value) === undefined) {
    return <Replaced draft={draft} theirs={data} onClose={onClose} onMerged={onMerged} />;
  }
  return <Merging key={data.version} draft={draft} theirs={data} onClose={onClose} onMerged={onMerged} />;
}

function Deleted({ draft, onClose, onMerged }: ConflictDialogProps) {
  const t = useTranslate();
  const recreate = (): void => onMerged({ ...draft, base: baseOf(undefined) });
  return (
    <Dialog
      title={t('conflictTitle', { key: draft.key })}
      onClose={onClose}
      onSubmit={recreate}
      actions={
        <>
          <Button onClick={onClose}>{t('backToEditor')}</Button>
          <Button look="primary" type="submit">
            {t('createAgain')}
          </Button>
        </>
      }
    >
      <Note look="warn">{t('deletedMeanwhile')}</Note>
    </Dialog>
  );
}

/** The choice between two values that cannot be merged: secrets or bytes. */
function Replaced({ draft, theirs, onClose, onMerged }: ConflictDialogProps & { theirs: Entry }) {
  const t = useTranslate();
  const mine = (): void => onMerged({ ...draft, base: baseOf(theirs) });
  return (
    <Dialog
      title={t('conflictTitle', { key: draft.key })}
      onClose={onClose}
      onSubmit={mine}
      actions={
        <>
          <Button onClick={onClose}>{t('backToEditor')}</Button>
          <Button look="danger" type="submit">
            {t('replaceTheirs')}
          </Button>
        </>
      }
    >
      <Theirs entry={theirs} />
      <p>{t('cannotMerge')}</p>
    </Dialog>
  );
}

function Theirs({ entry }: { entry: Entry }) {
  const t = useTranslate();
  return (
    <Note look="warn">
      {entry.author
        ? t('changedMeanwhileBy', { author: entry.author, version: entry.version })
        : t('changedMeanwhile', { version: entry.version })}{' '}
      <Age at={entry.updatedAt} />
      {entry.comment && <q className="quoted">{entry.comment}</q>}
    </Note>
  );
}

function Merging({ draft, theirs, onClose, onMerged }: ConflictDialogProps & { theirs: Entry }) {
  const t = useTranslate();
  const language = languageOf(draft.codec);
  const base = baseOf(theirs);
  // The draft was laid out when the edit began; so is theirs, or every line would clash.
  const theirText = language === 'json' && !base.text.includes('\n') ? formatJson(base.text) : base.text;
  const merged = useMemo(
    () => merge(language, draft.base.text, theirText, draft.text),
    [language, draft.base.text, draft.text, theirText],
  );
  const [choices, setChoices] = useState<readonly (Choice | undefined)[]>([]);
  const [edited, setEdited] = useState<string>();
  const open = merged.conflicts.filter((_, at) => choices[at] === undefined).length;
  const text = edited ?? merged.resolve(choices);
  const choose = (at: number, choice: Choice): void => {
    setEdited(undefined);
    setChoices(merged.conflicts.map((_, index) => (index === at ? choice : choices[index])));
  };
  const done = (): void => onMerged({ ...draft, text, base: { ...base, text: theirText }, changedAt: Date.now() });
  return (
    <Dialog
      title={t('conflictTitle', { key: draft.key })}
      size="full"
      onClose={onClose}
      onSubmit={done}
      actions={
        <>
          <span className="muted grow" role="status">
            {t(open > 0 ? 'conflictsOpen' : 'conflictsNone', { count: open })}
          </span>
          <Button onClick={onClose}>{t('backToEditor')}</Button>
          <Button look="primary" type="submit" disabled={open > 0 && edited === undefined}>
            {t('useMerged')}
          </Button>
        </>
      }
    >
      <Theirs entry={theirs} />
      {merged.conflicts.map((conflict, at) => (
        // The conflicts of one merge do not change their order.
        <section key={conflict.where} className="conflict" aria-label={t('conflictAt', { where: conflict.where })}>
          <header className="row">
            <h3 className="mono">{t('conflictAt', { where: conflict.where })}</h3>
            <span className="grow" />
            <Segments<Choice | 'none'>
              label={t('conflictAt', { where: conflict.where })}
              value={choices[at] ?? 'none'}
              options={[
                ['theirs', t('takeTheirs')],
                ['mine', t('takeMine')],
                ['both', t('takeBoth')],
              ]}
              onChange={(choice) => choice !== 'none' && choose(at, choice)}
            />
          </header>
          <div className="conflict-sides">
            {(['base', 'theirs', 'mine'] as const).map((side) => (
              <div key={side} className={choices[at] === side ? `side ${side} taken` : `side ${side}`}>
                <h4>{t(`side_${side}`)}</h4>
                <pre>{conflict[side] === '' ? <i className="muted">{t('diffMissing')}</i> : conflict[side]}</pre>
              </div>
            ))}
          </div>
        </section>
      ))}
      <section className="merged" aria-label={t('mergedResult')}>
        <h3>{t('mergedResult')}</h3>
        <Suspense fallback={<pre>{text}</pre>}>
          <CodeEditor
            label={t('mergedResult')}
            text={text}
            language={language}
            onChange={(next) => next !== text && setEdited(next)}
          />
        </Suspense>
      </section>
    </Dialog>
  );
}
