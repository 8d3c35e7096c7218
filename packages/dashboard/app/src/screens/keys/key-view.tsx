import { CircleOff } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { isApiError } from '../../api/error.ts';
import type { Entry } from '../../api/types.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { drafts, findDraft } from '../../state/drafts.ts';
import { setParameters, useParameters } from '../../state/location.ts';
import { useAccess, useEntry } from '../../state/queries.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { prepare } from '../../value/tools.ts';
import { ask } from './asked.ts';
import { DraftNote } from './draft-note.tsx';
import { KeyFacts } from './key-facts.tsx';
import { KeyHeader } from './key-header.tsx';
import { ValuePanel } from './value-panel.tsx';

const EditorPanel = lazy(() => import('./editor-panel.tsx'));
const Timeline = lazy(() => import('./timeline.tsx'));

const loading = <div className="loading" aria-busy="true" />;

/** Fetches what a key is edited with while nothing else is to do: it has to be there when the server is not. */
function prefetch(): void {
  const fetchAll = (): void => {
    void import('./editor-panel.tsx');
    void import('./timeline.tsx');
    void import('../../editor/code-editor.tsx');
    void import('../../editor/text-diff.tsx');
    prepare();
  };
  if ('requestIdleCallback' in window) requestIdleCallback(fetchAll);
  else setTimeout(fetchAll, 1_000);
}

const tabs = ['value', 'history'] as const;

/** One key: its value, its history, its editor. */
export function KeyView({ namespace, name, revision }: { namespace: string; name: string; revision: number }) {
  const t = useTranslate();
  const { tab = 'value', edit } = useParameters();
  const { data: entry, error, isPending, refetch } = useEntry(namespace, name, revision);
  const draft = findDraft(useStore(drafts), namespace, name);
  const { canWrite } = useAccess(namespace, name);
  const last = useLast(entry);
  useEffect(prefetch, []);

  const isMissing = isApiError(error, 'missing');
  // The editor stays where it is when its key goes away meanwhile, or is only to be made.
  if (edit === '1' && canWrite && revision === 0 && (draft || (last && !isMissing))) {
    return (
      <>
        {last && !isMissing ? <KeyHeader entry={last} isEditing revision={0} /> : <NewKeyHeader name={name} />}
        <Suspense fallback={loading}>
          <EditorPanel namespace={namespace} name={name} entry={isMissing ? undefined : last} />
        </Suspense>
      </>
    );
  }
  if (isMissing) {
    return (
      <Missing namespace={namespace} name={name} canWrite={canWrite && revision === 0} hasDraft={draft !== undefined} />
    );
  }
  if (error && last === undefined) {
    return (
      <div className="page">
        <ErrorNote error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  if (isPending || last === undefined) return loading;
  return (
    <>
      <KeyHeader entry={last} isEditing={false} revision={revision} />
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {draft && revision === 0 && <DraftNote draft={draft} entry={last} />}
      <div className="tabs" role="tablist" aria-label={t('viewsOfKey')}>
        {tabs.map((each) => (
          <button
            key={each}
            type="button"
            role="tab"
            id={`tab-${each}`}
            aria-selected={tab === each}
            aria-controls="tab-panel"
            onClick={() => setParameters({ tab: each === 'value' ? undefined : each, v1: undefined, v2: undefined })}
          >
            {t(each === 'value' ? 'tabValue' : 'tabHistory')}
          </button>
        ))}
      </div>
      <div className="tab-panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`}>
        {tab === 'history' ? (
          <Suspense fallback={loading}>
            <Timeline entry={last} canWrite={canWrite && revision === 0} />
          </Suspense>
        ) : (
          <>
            <ValuePanel entry={last} />
            <KeyFacts entry={last} />
          </>
        )}
      </div>
    </>
  );
}

/** The entry, or the last one there was, so that a server that goes away takes nothing off the screen. */
function useLast(entry: Entry | undefined): Entry | undefined {
  const [last, setLast] = useState(entry);
  useEffect(() => {
    if (entry) setLast(entry);
  }, [entry]);
  return entry ?? last;
}

/** Of a key that has only been thought of so far, or is no more. */
const NewKeyHeader = ({ name }: { name: string }) => (
  <header className="key-head">
    <div className="key-title">
      <h1>{name}</h1>
    </div>
  </header>
);

interface MissingProps {
  readonly namespace: string;
  readonly name: string;
  readonly canWrite: boolean;
  readonly hasDraft: boolean;
}

/** A key that is not, or no more: its history may still be there. */
function Missing({ namespace, name, canWrite, hasDraft }: MissingProps) {
  const t = useTranslate();
  const { tab } = useParameters();
  return (
    <div className="missing">
      <Empty
        isPage
        icon={<CircleOff size={28} />}
        title={t('noSuchKey', { key: name })}
        actions={
          <>
            {tab !== 'history' && <Button onClick={() => setParameters({ tab: 'history' })}>{t('showHistory')}</Button>}
            {canWrite && (
              <Button
                look="primary"
                onClick={() => (hasDraft ? setParameters({ edit: '1' }) : ask({ kind: 'create', from: name }))}
              >
                {t(hasDraft ? 'continueDraft' : 'createKey')}
              </Button>
            )}
          </>
        }
      >
        {t('noSuchKeyText')}
      </Empty>
      {tab === 'history' && (
        <Suspense fallback={loading}>
          <Timeline entry={{ namespace, key: name }} canWrite={canWrite} />
        </Suspense>
      )}
    </div>
  );
}
