import { GitPullRequestArrow, Save, Undo2 } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import type { Entry } from '../../api/types.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { useCommands } from '../../shell/commands.ts';
import { type Draft, drafts, dropDraft, findDraft, isDirty, keepDraft } from '../../state/drafts.ts';
import { setParameters } from '../../state/location.ts';
import { useCodecs } from '../../state/queries.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Note } from '../../ui/note.tsx';
import { toast } from '../../ui/toasts.tsx';
import { languageOf } from '../../value/language.ts';
import type { Fault } from '../../value/parse.ts';
import { lint } from '../../value/tools.ts';
import { ConflictDialog } from './conflict-dialog.tsx';
import { draftOf } from './draft-of.ts';
import { SaveDialog } from './save-dialog.tsx';
import { useLeaveGuard } from './use-leave-guard.ts';
import { useWords } from './use-words.ts';

const CodeEditor = lazy(() => import('../../editor/code-editor.tsx'));

export interface EditorPanelProps {
  readonly namespace: string;
  readonly name: string;
  /** Undefined: there is no such key yet, or no more. */
  readonly entry: Entry | undefined;
}

type Open = 'save' | 'conflict' | undefined;

/** The editor of a key. What is typed is a draft at once; nothing is written before the diff was seen. */
export default function EditorPanel({ namespace, name, entry }: EditorPanelProps) {
  const t = useTranslate();
  const kept = findDraft(useStore(drafts), namespace, name);
  const fresh = useMemo(() => draftOf(namespace, name, entry), [namespace, name, entry]);
  const draft = kept?.kind === 'set' ? kept : fresh;
  const [open, setOpen] = useState<Open>();
  const { data: codecs = ['json'] } = useCodecs();
  const language = languageOf(draft.codec);
  const fault = useFault(draft);
  const words = useWords(namespace, name);
  const dirty = isDirty(draft);
  const isBehind = draft.base.version !== (entry?.version ?? 0);
  useLeaveGuard(dirty && !draft.staged);

  const change = (changes: Partial<Draft>): void => {
    const next = { ...draft, ...changes, changedAt: Date.now() };
    if (isDirty(next)) keepDraft(next);
    else dropDraft(next);
  };
  const leave = (): void => setParameters({ edit: undefined }, { replace: true });
  const discard = (): void => {
    dropDraft(draft);
    leave();
    if (!dirty) return;
    toast({ text: t('discarded'), action: { label: t('undo'), run: () => keepDraft(draft) } });
  };
  /** Checks what was typed last, too: the margin may be a moment behind. */
  const review = async (): Promise<void> => {
    if (!dirty) return toast({ text: t('nothingToSave') });
    if ((await lint(language, draft.text)) !== undefined) return toast({ text: t('notValid'), look: 'bad' });
    setOpen(isBehind ? 'conflict' : 'save');
  };
  const stage = async (): Promise<void> => {
    if (!dirty) return toast({ text: t('nothingToSave') });
    if ((await lint(language, draft.text)) !== undefined) return toast({ text: t('notValid'), look: 'bad' });
    keepDraft({ ...draft, staged: true, changedAt: Date.now() });
    toast({ text: t('stagedNow', { key: name }), look: 'good' });
    leave();
  };
  useCommands([
    { id: 'save', title: 'reviewAndSave', group: 'groupEdit', keys: 'mod+s', inFields: true, run: () => void review() },
    { id: 'stage', title: 'stage', group: 'groupEdit', keys: 'mod+shift+s', inFields: true, run: () => void stage() },
    { id: 'close-editor', title: 'closeEditor', group: 'groupEdit', keys: 'escape', run: leave },
  ]);

  return (
    <div className="editor-panel">
      {isBehind && (
        <Note look="warn" alert actions={<Button onClick={() => setOpen('conflict')}>{t('compareAndMerge')}</Button>}>
          {entry === undefined
            ? t('deletedMeanwhile')
            : entry.author
              ? t('changedMeanwhileBy', { author: entry.author, version: entry.version })
              : t('changedMeanwhile', { version: entry.version })}
        </Note>
      )}
      <div className="value-tools">
        <label>
          <span className="hidden">{t('codec')}</span>
          <select value={draft.codec} onChange={(event) => change({ codec: event.target.value })}>
            {[...new Set([draft.codec, ...codecs])].map((codec) => (
              <option key={codec}>{codec}</option>
            ))}
          </select>
        </label>
        <EditState fault={fault} dirty={dirty} isNew={draft.base.version === 0} />
        <span className="grow" />
        <Button icon={<Undo2 size={15} />} onClick={discard}>
          {t(dirty ? 'discard' : 'cancel')}
        </Button>
        <Button
          icon={<GitPullRequestArrow size={15} />}
          keys="mod+shift+s"
          disabled={!dirty || fault !== undefined}
          onClick={() => void stage()}
        >
          {t('stage')}
        </Button>
        <Button
          look="primary"
          icon={<Save size={15} />}
          keys="mod+s"
          disabled={!dirty || fault !== undefined}
          onClick={() => void review()}
        >
          {t('reviewAndSave')}
        </Button>
      </div>
      {draft.secret && <Note>{t('secretReplaced')}</Note>}
      <div className="value-body">
        <Suspense fallback={<div className="loading" aria-busy="true" />}>
          <CodeEditor
            key={language}
            label={t('editorOf', { key: name })}
            text={draft.text}
            language={language}
            words={words}
            focus
            onChange={(text) => change({ text })}
          />
        </Suspense>
      </div>
      {open === 'save' && (
        <SaveDialog
          draft={draft}
          onClose={() => setOpen(undefined)}
          onConflict={() => setOpen('conflict')}
          onSaved={() => {
            setOpen(undefined);
            leave();
          }}
        />
      )}
      {open === 'conflict' && (
        <ConflictDialog
          draft={draft}
          onClose={() => setOpen(undefined)}
          onMerged={(merged) => {
            keepDraft(merged);
            setOpen(isDirty(merged) ? 'save' : undefined);
          }}
        />
      )}
    </div>
  );
}

function EditState({ fault, dirty, isNew }: { fault: Fault | undefined; dirty: boolean; isNew: boolean }) {
  const t = useTranslate();
  if (fault !== undefined) {
    return (
      <span className="edit-state bad" role="status" title={fault.message}>
        {fault.message}
      </span>
    );
  }
  return (
    <span className={dirty ? 'edit-state dirty' : 'edit-state'} role="status">
      {t(isNew ? 'newDraft' : dirty ? 'unsaved' : 'unchanged')}
    </span>
  );
}

/** The fault of a draft, a moment after the typing has paused. */
function useFault({ codec, text, secret }: Draft): Fault | undefined {
  const [fault, setFault] = useState<Fault>();
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(() => {
      void lint(secret ? 'text' : languageOf(codec), text).then((found) => {
        if (isCurrent) setFault(found);
      });
    }, 150);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [codec, text, secret]);
  return fault;
}
