import { ClipboardCheck, FlaskConical } from 'lucide-react';
import { useRef, useState } from 'react';
import { batch } from '../../api/calls.ts';
import { isApiError } from '../../api/error.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { useCommands } from '../../shell/commands.ts';
import { type Draft, draftId, dropDraft } from '../../state/drafts.ts';
import { queries } from '../../state/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/controls.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { toast } from '../../ui/toasts.tsx';
import type { ChangeSet } from './change-set.ts';
import { operationOf } from './change-set.ts';
import { StagedChange } from './staged-change.tsx';

type Outcome =
  | { readonly name: 'none' }
  | { readonly name: 'busy' }
  | { readonly name: 'tried'; readonly drafts: readonly Draft[] }
  | { readonly name: 'failed'; readonly error: unknown };

/** The changes of one namespace, their diffs, and one save for all. */
export function ChangeSetView({ set: { namespace, drafts } }: { set: ChangeSet }) {
  const t = useTranslate();
  const [comment, setComment] = useState('');
  const [outcome, setOutcome] = useState<Outcome>({ name: 'none' });
  const requestId = useRef(crypto.randomUUID());
  const isTried = outcome.name === 'tried' && outcome.drafts === drafts;
  const failedKey = outcome.name === 'failed' && isApiError(outcome.error) ? outcome.error.metadata.key : undefined;

  const send = async (dryRun: boolean): Promise<void> => {
    if (outcome.name === 'busy') return;
    setOutcome({ name: 'busy' });
    try {
      const options = { dryRun, comment, ...(!dryRun && { requestId: requestId.current }) };
      const { lastRevision } = await batch(namespace, drafts.map(operationOf), options);
      if (dryRun) return setOutcome({ name: 'tried', drafts });
      for (const draft of drafts) dropDraft(draft);
      void queries.invalidateQueries();
      toast({ text: t('batchSaved', { count: drafts.length, revision: lastRevision }), look: 'good' });
    } catch (error) {
      if (!isApiError(error, 'offline')) requestId.current = crypto.randomUUID();
      setOutcome({ name: 'failed', error });
    }
  };
  useCommands([
    {
      id: `commit ${namespace}`,
      title: 'commitAll',
      group: 'groupEdit',
      keys: 'mod+enter',
      inFields: true,
      run: () => void send(false),
    },
  ]);

  return (
    <section className="change-set" aria-label={namespace}>
      <header className="row">
        <h2>{namespace}</h2>
        <span className="muted">{t('changeCount', { count: drafts.length })}</span>
        <span className="grow" />
        <Button look="quiet" onClick={() => drafts.forEach(dropDraft)}>
          {t('discardAll')}
        </Button>
      </header>
      {drafts.map((draft) => (
        <StagedChange key={draftId(draft)} draft={draft} isRefused={failedKey === draft.key} />
      ))}
      <form
        className="commit"
        onSubmit={(event) => {
          event.preventDefault();
          void send(false);
        }}
      >
        <Field label={t('comment')} hint={t('commentHint')}>
          {(control) => (
            <input {...control} value={comment} maxLength={1024} onChange={(event) => setComment(event.target.value)} />
          )}
        </Field>
        {isTried && <Note>{t('dryRunFine', { count: drafts.length })}</Note>}
        {outcome.name === 'failed' && <ErrorNote error={outcome.error} />}
        <div className="row">
          <span className="muted grow">{t('allOrNothing')}</span>
          <Button icon={<FlaskConical size={15} />} disabled={outcome.name === 'busy'} onClick={() => void send(true)}>
            {t('dryRun')}
          </Button>
          <Button
            look="primary"
            type="submit"
            icon={<ClipboardCheck size={15} />}
            keys="mod+enter"
            disabled={outcome.name === 'busy'}
          >
            {t('commitCount', { count: drafts.length })}
          </Button>
        </div>
      </form>
    </section>
  );
}
