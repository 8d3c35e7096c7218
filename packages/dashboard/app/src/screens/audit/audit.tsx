import { useInfiniteQuery } from '@tanstack/react-query';
import { Download, ScrollText } from 'lucide-react';
import { useMemo, useState } from 'react';
import { type AuditQuery, listAudit } from '../../api/calls.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { LogFilterBar } from '../../log/log-filter.tsx';
import { asCsv, asNdjson, fits, recordOfAudit } from '../../log/log-record.ts';
import { LogTable } from '../../log/log-table.tsx';
import { saveText } from '../../log/save-text.ts';
import { setParameters, useParameters } from '../../state/location.ts';
import { settings } from '../../state/settings.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { toast } from '../../ui/toasts.tsx';
import { instantOf } from './instant.ts';

const pageSize = 200;
const mostExported = 20_000;

/** Who did what, as far back as the server keeps it. */
export default function Audit() {
  const t = useTranslate();
  const { ns = '', key = '', user = '', op = '', from = '', to = '' } = useParameters();
  const { utc } = useStore(settings);
  const [isExporting, setExporting] = useState(false);
  const query = useMemo<AuditQuery>(
    () => ({
      namespace: ns,
      // The server knows whole keys, and only within a namespace; the rest is filtered here.
      key: ns === '' || key.endsWith('/') ? '' : key,
      userId: user,
      operation: op,
      from: instantOf(from, utc),
      to: instantOf(to, utc),
    }),
    [ns, key, user, op, from, to, utc],
  );
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['audit', query],
    queryFn: ({ pageParam, signal }) => listAudit({ ...query, limit: pageSize, cursor: pageParam }, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
    retry: false,
  });
  const records = useMemo(
    () =>
      data?.pages.flatMap((page) => page.records.map(recordOfAudit)).filter((record) => fits({ key }, record)) ?? [],
    [data, key],
  );
  const save = async (ending: 'csv' | 'ndjson'): Promise<void> => {
    setExporting(true);
    try {
      const all = (await readAll(query)).filter((record) => fits({ key }, record));
      saveText(`audit.${ending}`, ending === 'csv' ? asCsv(all) : asNdjson(all));
      if (all.length >= mostExported) toast({ text: t('auditExportCut', { count: mostExported }) });
    } catch (failure) {
      toast({ text: failure instanceof Error ? failure.message : String(failure), look: 'bad' });
    }
    setExporting(false);
  };
  return (
    <div className="page wide log-page">
      <header className="page-head">
        <h1>{t('navAudit')}</h1>
        <Menu
          trigger={
            <Button icon={<Download size={15} />} disabled={records.length === 0 || isExporting}>
              {t('export')}
            </Button>
          }
        >
          <MenuItem onSelect={() => void save('csv')}>CSV</MenuItem>
          <MenuItem onSelect={() => void save('ndjson')}>NDJSON</MenuItem>
        </Menu>
      </header>
      <div className="row log-filters">
        <LogFilterBar />
        <label className="row">
          <span className="muted">{t('auditFrom')}</span>
          <input
            type="datetime-local"
            value={from}
            onChange={(event) => setParameters({ from: event.target.value }, { replace: true })}
          />
        </label>
        <label className="row">
          <span className="muted">{t('auditTo')}</span>
          <input
            type="datetime-local"
            value={to}
            onChange={(event) => setParameters({ to: event.target.value }, { replace: true })}
          />
        </label>
      </div>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {isPending && <div className="loading" aria-busy="true" />}
      {data && records.length === 0 && (
        <Empty icon={<ScrollText size={28} />} title={t('auditNone')}>
          {t('auditNoneText')}
        </Empty>
      )}
      {records.length > 0 && <LogTable label={t('navAudit')} records={records} />}
      {records.length > 0 && (
        <div className="row">
          <span className="muted" role="status">
            {t(hasNextPage ? 'auditShownMore' : 'auditShown', { count: records.length })}
          </span>
          {hasNextPage && (
            <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {t('auditMore')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

/** All that fits the query, up to what a browser carries. */
async function readAll(query: AuditQuery) {
  const all = [];
  let cursor = '';
  do {
    const page = await listAudit({ ...query, limit: 1_000, cursor });
    all.push(...page.records.map(recordOfAudit));
    cursor = page.nextCursor;
  } while (cursor !== '' && all.length < mostExported);
  return all;
}
