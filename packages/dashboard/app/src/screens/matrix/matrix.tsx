import { Grid3x3 } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Entry } from '../../api/types.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { useAllEntries } from '../../state/all-entries.ts';
import { setParameters, useParameters } from '../../state/location.ts';
import { useNamespaces } from '../../state/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Check } from '../../ui/controls.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { MatrixGrid } from './matrix-grid.tsx';
import { matrixRows, relatedGroups } from './matrix-rows.ts';
import { NamespaceChooser } from './namespace-chooser.tsx';
import { PromoteDialog } from './promote-dialog.tsx';
import './matrix.css';

const nothing: ReadonlyMap<string, Entry> = new Map();

/** Keys of several namespaces side by side: what differs, what is missing, and how to bring it over. */
export default function Matrix() {
  const t = useTranslate();
  const { ns = '', q = '', only } = useParameters();
  const chosen = useMemo(() => [...new Set(ns.split(',').filter((name) => name !== ''))], [ns]);
  const columns = useAllEntries(chosen);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isPromoting, setPromoting] = useState(false);
  const isLoading = columns.some(({ entries, error }) => entries === undefined && !error);
  const failed = columns.filter(({ error }) => error);
  const rows = useMemo(
    () => (isLoading ? [] : matrixRows(columns.map(({ entries }) => entries ?? nothing))),
    [columns, isLoading],
  );
  const shown = useMemo(() => {
    const wanted = q.toLowerCase();
    return rows.filter(({ key, differs }) => (only !== '1' || differs) && key.toLowerCase().includes(wanted));
  }, [rows, q, only]);
  const choose = (names: readonly string[]): void => {
    setSelected(new Set());
    setParameters({ ns: names.join(',') });
  };
  const differing = rows.filter(({ differs }) => differs).length;
  return (
    <div className="page wide matrix-page">
      <header className="page-head">
        <h1>{t('navMatrix')}</h1>
        <NamespaceChooser chosen={chosen} onChange={choose} />
      </header>
      {failed.map(({ namespace, error }) => (
        <div key={namespace}>
          <h2>{namespace}</h2>
          <ErrorNote error={error} />
        </div>
      ))}
      {chosen.length === 0 && <Suggestions onChoose={choose} />}
      {chosen.length > 0 && isLoading && <div className="loading" aria-busy="true" />}
      {chosen.length > 0 && !isLoading && (
        <>
          <div className="row matrix-tools">
            <input
              type="search"
              className="filter"
              aria-label={t('filterKeys')}
              placeholder={t('filterKeys')}
              value={q}
              spellCheck={false}
              onChange={(event) => setParameters({ q: event.target.value }, { replace: true })}
            />
            <Check
              label={t('matrixOnly')}
              checked={only === '1'}
              onChange={(event) => setParameters({ only: event.target.checked ? '1' : undefined }, { replace: true })}
            />
            <span className="muted" role="status">
              {t('matrixCount', { differing, all: rows.length })}
            </span>
            <span className="grow" />
            {selected.size > 0 && (
              <Button look="quiet" onClick={() => setSelected(new Set())}>
                {t('clearSelection')}
              </Button>
            )}
            <Button
              look="primary"
              disabled={selected.size === 0 || chosen.length < 2}
              onClick={() => setPromoting(true)}
            >
              {selected.size === 0 ? t('promoteNone') : t('promoteCount', { count: selected.size })}
            </Button>
          </div>
          <MatrixGrid namespaces={chosen} rows={shown} selected={selected} onSelect={setSelected} />
        </>
      )}
      {isPromoting && (
        <PromoteDialog
          columns={columns}
          keys={[...selected].sort()}
          onClose={() => setPromoting(false)}
          onDone={() => {
            setPromoting(false);
            setSelected(new Set());
          }}
        />
      )}
    </div>
  );
}

function Suggestions({ onChoose }: { onChoose: (names: readonly string[]) => void }) {
  const t = useTranslate();
  const { data = [] } = useNamespaces();
  return (
    <Empty
      icon={<Grid3x3 size={28} />}
      title={t('matrixEmpty')}
      actions={relatedGroups(data)
        .slice(0, 6)
        .map((group) => (
          <Button key={group.join()} onClick={() => onChoose(group.slice(0, 6))}>
            {group.slice(0, 6).join(' · ')}
          </Button>
        ))}
    >
      {t('matrixEmptyText')}
    </Empty>
  );
}
