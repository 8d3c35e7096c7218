import { useQuery } from '@tanstack/react-query';
import { CalendarClock, RotateCcw } from 'lucide-react';
import { useMemo, useState } from 'react';
import { listAll, restore } from '../../api/calls.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { live } from '../../live/live.ts';
import type { Writing } from '../../review/planned-change.ts';
import { ReviewDialog } from '../../review/review-dialog.tsx';
import { useAllEntries } from '../../state/all-entries.ts';
import { setParameters, usePlace } from '../../state/location.ts';
import { keysPlace } from '../../state/place.ts';
import { useAccess } from '../../state/queries.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Link } from '../../ui/link.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { Age, Time } from '../../ui/time.tsx';
import { DifferenceList } from './difference-list.tsx';
import { differencesSince, type KeyDifference, restoring } from './differences.ts';
import { useMoments } from './moments.ts';
import { TimeSlider } from './time-slider.tsx';
import './history.css';

/** A namespace as it was: when it changed, what differs from now, and the way back, whole or in part. */
export default function History() {
  const t = useTranslate();
  const place = usePlace();
  const namespace = 'namespace' in place ? place.namespace : '';
  const { revision: head } = useStore(live);
  const moments = useMoments(namespace);
  const [now] = useAllEntries([namespace]);
  const { canWrite } = useAccess(namespace);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [plan, setPlan] = useState<readonly KeyDifference[] | undefined>();
  const revision = Number(/^\d{1,15}$/.exec(place.parameters.rev ?? '')?.[0] ?? 0);
  const then = useQuery({
    queryKey: ['all-entries-at', namespace, revision],
    queryFn: async ({ signal }) =>
      new Map((await listAll(namespace, { atRevision: revision }, { signal })).map((entry) => [entry.key, entry])),
    enabled: revision > 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const differences = useMemo(
    () => (then.data && now?.entries ? differencesSince(then.data, now.entries) : undefined),
    [then.data, now?.entries],
  );
  const changes = useMemo(() => plan && restoring(plan, revision), [plan, revision]);
  const choose = (next: number | undefined): void => {
    setSelected(new Set());
    setParameters({ rev: next === undefined ? undefined : String(next) }, { replace: revision > 0 });
  };
  const moment = moments.data?.findLast((each) => each.revision <= revision);
  const restoreAll = (options: Writing) => restore(namespace, { revision }, options);
  const chosen = differences?.filter(({ key }) => selected.has(key)) ?? [];
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('historyTitle', { namespace })}</h1>
        {revision > 0 && <Link to={keysPlace(namespace, '', { rev: String(revision) })}>{t('historyOpenKeys')}</Link>}
      </header>
      <TimeSlider
        namespace={namespace}
        moments={moments.data ?? []}
        revision={revision}
        head={head}
        onChange={choose}
        onOlder={moments.hasNextPage ? () => void moments.fetchNextPage() : undefined}
      />
      {moments.error && <Note look="warn">{t('historyNoAudit')}</Note>}
      {revision === 0 && (
        <Empty icon={<CalendarClock size={28} />} title={t('historyEmpty')}>
          {t('historyEmptyText')}
        </Empty>
      )}
      {revision > 0 && (
        <Note look="warn" actions={<Button onClick={() => choose(undefined)}>{t('backToNow')}</Button>}>
          <b>{t('asOfRevision', { revision })}</b>{' '}
          {moment && (
            <>
              <Time at={moment.at} /> (<Age at={moment.at} />){moment.author && ` · ${moment.author}`}
              {moment.comment && ` · “${moment.comment}”`}
            </>
          )}
        </Note>
      )}
      {then.error && <ErrorNote error={then.error} onRetry={() => void then.refetch()} />}
      {now?.error !== null && now?.error !== undefined && <ErrorNote error={now.error} />}
      {revision > 0 && !then.error && differences === undefined && <div className="loading" aria-busy="true" />}
      {differences && (
        <>
          <div className="row">
            <h2>
              <span role="status">
                {differences.length === 0 ? t('historySame') : t('historyDiffers', { count: differences.length })}
              </span>
            </h2>
            <span className="grow" />
            {canWrite && chosen.length > 0 && (
              <Button icon={<RotateCcw size={15} />} onClick={() => setPlan(chosen)}>
                {t('historyRestoreSome', { count: chosen.length })}
              </Button>
            )}
            {canWrite && differences.length > 0 && (
              <Button look="primary" icon={<RotateCcw size={15} />} onClick={() => setPlan(differences)}>
                {t('historyRestoreAll')}
              </Button>
            )}
          </div>
          {differences.length > 0 && (
            <DifferenceList
              differences={differences}
              revision={revision}
              selected={selected}
              onSelect={canWrite ? setSelected : undefined}
            />
          )}
        </>
      )}
      {plan && changes && (
        <ReviewDialog
          title={t('historyRestoreTitle', { revision })}
          namespace={namespace}
          changes={changes}
          comment={t('historyRestoreComment', { revision })}
          writeMany={plan === differences ? restoreAll : undefined}
          onClose={() => setPlan(undefined)}
          onDone={() => {
            setPlan(undefined);
            setSelected(new Set());
          }}
        />
      )}
    </div>
  );
}
