import { FileKey2, SearchX } from 'lucide-react';
import { ApiError } from '../../api/error.ts';
import { useTranslate } from '../../i18n/translate.ts';
import type { KeyIndex, Shown } from '../../index/key-index.ts';
import { go, setParameters } from '../../state/location.ts';
import { useAccess } from '../../state/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { ask } from './asked.ts';

/** How many keys there are, or why there is nothing. A list that is not whole says so. */
export function ListState({ index, shown, namespace }: { index: KeyIndex; shown: Shown; namespace: string }) {
  const t = useTranslate();
  const { canWrite } = useAccess(namespace);
  const { state, infos, matches, view } = shown;
  if (typeof state === 'object') {
    return <ErrorNote error={new ApiError(state.failed, state.message)} onRetry={() => index.reload()} />;
  }
  const filtered = view.filter.trim() !== '';
  if (state === 'complete' && infos.length === 0) {
    return (
      <Empty
        icon={<FileKey2 size={28} />}
        title={t('noKeys')}
        actions={
          canWrite && (
            <>
              <Button look="primary" onClick={() => ask({ kind: 'create' })}>
                {t('newKey')}
              </Button>
              <Button onClick={() => go({ screen: 'import', namespace, parameters: {} })}>{t('navImport')}</Button>
            </>
          )
        }
      >
        {t(canWrite ? 'noKeysText' : 'noKeysReadOnly')}
      </Empty>
    );
  }
  return (
    <>
      <p className="list-count" role="status">
        {state === 'loading' && <span className="spinner" aria-hidden="true" />}
        {state === 'loading'
          ? t('loadingKeys', { count: infos.length })
          : filtered
            ? t('keysFound', { count: matches, all: infos.length })
            : t('keyCount', { count: infos.length })}
      </p>
      {state === 'complete' && matches === 0 && (
        <Empty
          icon={<SearchX size={28} />}
          title={t('nothingFits')}
          actions={
            <>
              <Button onClick={() => setParameters({ q: undefined }, { replace: true })}>{t('clearFilter')}</Button>
              <Button onClick={() => go({ screen: 'search', parameters: { q: view.filter.trim() } })}>
                {t('searchEverywhere', { text: view.filter.trim() })}
              </Button>
            </>
          }
        >
          {t('filterHint')}
        </Empty>
      )}
    </>
  );
}
