import { Download, FileUp } from 'lucide-react';
import { type DragEvent, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { useTranslate } from '../../i18n/translate.ts';
import { ReviewDialog } from '../../review/review-dialog.tsx';
import { useAllEntries } from '../../state/all-entries.ts';
import { usePlace } from '../../state/location.ts';
import { useAccess } from '../../state/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Check, Field, Segments } from '../../ui/controls.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import ExportDialog from './export-dialog.tsx';
import { type Format, formatOf, formats, type Read, readItems } from './formats.ts';
import { ImportSummary } from './import-summary.tsx';
import { type ImportPlan, planImport } from './plan.ts';
import './import.css';

const maxBytes = 16 * 1024 * 1024;

/** Keys from a text: pasted, dropped or from a file; shown before anything is written. */
export default function Import() {
  const t = useTranslate();
  const place = usePlace();
  const namespace = 'namespace' in place ? place.namespace : '';
  const { canWrite, canDelete } = useAccess(namespace);
  const [present] = useAllEntries([namespace]);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<Format | 'auto'>('auto');
  const [options, setOptions] = useState({ prefix: '', splits: false, maps: false, prunes: false });
  const [complaint, setComplaint] = useState<string | undefined>();
  const [reviewed, setReviewed] = useState<ImportPlan | undefined>();
  const [isExporting, setExporting] = useState(false);
  const deferred = useDeferredValue(text);
  const format = chosen === 'auto' ? formatOf(deferred) : chosen;
  const read = useRead(format, deferred);
  const plan = useMemo(
    () =>
      read && 'items' in read && present?.entries ? planImport(read.items, present.entries, options, t) : undefined,
    [read, present?.entries, options, t],
  );
  const change = (changes: Partial<typeof options>): void => setOptions({ ...options, ...changes });
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const isTooLarge = file.size > maxBytes;
    setComplaint(isTooLarge ? t('importTooLarge') : undefined);
    if (isTooLarge) return;
    setText(await file.text());
    setChosen(/\.ya?ml$/.test(file.name) ? 'yaml' : (formats.find((each) => file.name.endsWith(each)) ?? 'auto'));
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    void take(event.dataTransfer.files[0]);
  };
  const isReady = plan !== undefined && plan.changes.length > 0 && plan.refused.length === 0 && canWrite;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('importTitle', { namespace })}</h1>
        <Button icon={<Download size={15} />} onClick={() => setExporting(true)}>
          {t('exportAll')}
        </Button>
        <p>{t('importText')}</p>
      </header>
      {!canWrite && <Note look="warn">{t('mayNotWrite', { namespace })}</Note>}
      {present?.error !== null && present?.error !== undefined && <ErrorNote error={present.error} />}
      <div className="import">
        <div className="row">
          <Segments
            label={t('importFormat')}
            value={chosen}
            options={[
              ['auto', text === '' ? t('importAuto') : t('importAutoIs', { format })],
              ...formats.map((each) => [each, each === 'env' ? '.env' : each.toUpperCase()] as const),
            ]}
            onChange={setChosen}
          />
          <span className="grow" />
          <label className="button">
            <FileUp size={15} aria-hidden="true" />
            <span>{t('importFile')}</span>
            <input type="file" className="hidden" onChange={(event) => void take(event.target.files?.[0])} />
          </label>
        </div>
        <Field
          label={t('importPaste')}
          error={complaint ?? (read && 'fault' in read ? faultText(read.fault, t) : undefined)}
        >
          {(control) => (
            <textarea
              {...control}
              className="mono import-text"
              rows={12}
              onDrop={drop}
              spellCheck={false}
              placeholder={'DB_HOST=db.internal\nDB_PORT=5432'}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <div className="row import-options">
          <Field label={t('importPrefix')} hint={t('importPrefixHint')}>
            {(control) => (
              <input
                {...control}
                className="mono"
                spellCheck={false}
                value={options.prefix}
                onChange={(event) => change({ prefix: event.target.value })}
              />
            )}
          </Field>
          <div className="stack import-checks">
            <Check
              label={t('importSplit')}
              checked={options.splits}
              onChange={(event) => change({ splits: event.target.checked })}
            />
            <Check
              label={t('importMap')}
              checked={options.maps}
              onChange={(event) => change({ maps: event.target.checked })}
            />
            <Check
              label={options.prefix === '' ? t('importPrune') : t('importPruneBelow', { prefix: options.prefix })}
              checked={options.prunes}
              disabled={!canDelete}
              onChange={(event) => change({ prunes: event.target.checked })}
            />
          </div>
        </div>
      </div>
      {plan && text.trim() !== '' && (
        <ImportSummary
          plan={plan}
          actions={
            <Button look="primary" disabled={!isReady} onClick={() => setReviewed(plan)}>
              {t('promoteReview', { count: plan.changes.length })}
            </Button>
          }
        />
      )}
      {reviewed && (
        <ReviewDialog
          title={t('importInto', { namespace })}
          namespace={namespace}
          changes={reviewed.changes}
          comment={t('importComment', { format })}
          onClose={() => setReviewed(undefined)}
          onDone={() => {
            setReviewed(undefined);
            setText('');
          }}
        />
      )}
      {isExporting && <ExportDialog namespace={namespace} keys={undefined} onClose={() => setExporting(false)} />}
    </div>
  );
}

function faultText(fault: string, t: ReturnType<typeof useTranslate>): string {
  return fault === 'object' ? t('importNoObject') : t('importUnread', { fault });
}

/** The content of the text; undefined until it is read. */
function useRead(format: Format, text: string): Read | undefined {
  const [read, setRead] = useState<Read | undefined>();
  useEffect(() => {
    let isCurrent = true;
    if (text.trim() === '') setRead(undefined);
    else {
      void readItems(format, text).then((next) => {
        if (isCurrent) setRead(next);
      });
    }
    return () => {
      isCurrent = false;
    };
  }, [format, text]);
  return read;
}
