import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { isApiError } from '../../api/error.ts';
import { clientConfig } from '../../api/session.ts';
import { getCluster, metricsText, readiness } from '../../api/status.ts';
import { locale, useTranslate } from '../../i18n/translate.ts';
import { live } from '../../live/live.ts';
import { useNamespaces } from '../../state/queries.ts';
import { useStore } from '../../state/store.ts';
import { Badge } from '../../ui/controls.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { Age } from '../../ui/time.tsx';
import { CallTable } from './call-table.tsx';
import { ClusterView } from './cluster-view.tsx';
import { gauge, type Measured, parseMetrics, sum } from './metrics.ts';
import './status.css';

const everyMs = 5_000;

/** How the server is: what it can do, how busy it is, and who else there is. */
export default function Status() {
  const t = useTranslate();
  const look = { refetchInterval: everyMs, retry: false, staleTime: 0 } as const;
  const ready = useQuery({ queryKey: ['readiness'], queryFn: ({ signal }) => readiness(signal), ...look });
  const metrics = useQuery({
    queryKey: ['metrics'],
    queryFn: async ({ signal }): Promise<Measured | null> => {
      const text = await metricsText(signal);
      return text === undefined ? null : { at: Date.now(), samples: parseMetrics(text) };
    },
    ...look,
  });
  const cluster = useQuery({
    queryKey: ['cluster'],
    queryFn: ({ signal }) => getCluster(signal),
    ...look,
    refetchInterval: ({ state }) => (isApiError(state.error, 'unsupported') ? false : everyMs),
  });
  const { data: namespaces } = useNamespaces();
  const { revision } = useStore(live);
  const before = useBefore(metrics.data ?? undefined);
  const samples = metrics.data?.samples ?? [];
  const number = (value: number | undefined): string => value?.toLocaleString(locale()) ?? '–';
  const startedAt = (gauge(samples, 'process_start_time_seconds') ?? 0) * 1_000;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('navStatus')}</h1>
        {ready.data && (
          <span role="status">
            <Badge look={ready.data.isReady ? 'good' : 'bad'}>
              {t(ready.data.isReady ? 'statusReady' : 'statusNotReady')}
            </Badge>
          </span>
        )}
      </header>
      {ready.error && <ErrorNote error={ready.error} onRetry={() => void ready.refetch()} />}
      <dl className="status-facts">
        {Object.entries(ready.data?.checks ?? {}).map(([name, result]) => (
          <Fact key={name} name={t('statusCheck', { name })}>
            <Badge look={result === 'ok' ? 'good' : 'bad'}>{t(result === 'ok' ? 'statusOk' : 'statusFailing')}</Badge>
          </Fact>
        ))}
        <Fact name={t('revision')}>{number(gauge(samples, 'cfg_store_revision') ?? (revision || undefined))}</Fact>
        <Fact name={t('statusOldest')}>{number(gauge(samples, 'cfg_store_oldest_revision'))}</Fact>
        <Fact name={t('namespaces')}>{number(namespaces?.length)}</Fact>
        {samples.length > 0 && (
          <>
            <Fact name={t('statusWatchers')}>
              {number(sum(samples, 'cfg_calls_under_way', { method: 'ConfigService/Watch' }))}
            </Fact>
            <Fact name={t('statusConnections')}>{number(sum(samples, 'cfg_connections'))}</Fact>
            <Fact name={t('statusMemory')}>{megabytes(gauge(samples, 'process_resident_memory_bytes'))}</Fact>
            <Fact name={t('statusLag')}>{milliseconds(gauge(samples, 'nodejs_eventloop_lag_p99_seconds'))}</Fact>
            <Fact name={t('statusUp')}>{startedAt > 0 ? <Age at={startedAt} /> : '–'}</Fact>
          </>
        )}
        {clientConfig().version && <Fact name={t('statusVersion')}>{clientConfig().version}</Fact>}
      </dl>
      {metrics.data && <CallTable now={metrics.data} before={before} />}
      {metrics.data === null && <Note>{t('statusNoMetrics')}</Note>}
      {cluster.data && <ClusterView cluster={cluster.data} />}
      {isApiError(cluster.error, 'unsupported') && <p className="muted">{t('statusAlone')}</p>}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="status-fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The measurements before the present ones. */
function useBefore(now: Measured | undefined): Measured | undefined {
  const last = useRef<Measured | undefined>(undefined);
  const [before, setBefore] = useState<Measured | undefined>();
  useEffect(() => {
    setBefore(last.current);
    last.current = now;
  }, [now]);
  return before;
}

const megabytes = (bytes: number | undefined): string =>
  bytes === undefined ? '–' : `${Math.round(bytes / 1_048_576).toLocaleString(locale())} MB`;

const milliseconds = (seconds: number | undefined): string =>
  seconds === undefined ? '–' : `${(seconds * 1_000).toLocaleString(locale(), { maximumFractionDigits: 1 })} ms`;
