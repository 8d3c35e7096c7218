import { useInfiniteQuery } from '@tanstack/react-query';
import { RotateCcw } from 'lucide-react';
import { useMemo, useState } from 'react';
import { listVersions } from '../../api/calls.ts';
import type { Entry } from '../../api/types.ts';
import { DiffView } from '../../editor/diff-view.tsx';
import { useTranslate } from '../../i18n/translate.ts';
import { setParameters, useParameters } from '../../state/location.ts';
import { Button } from '../../ui/button.tsx';
import { Badge, Segments } from '../../ui/controls.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { Age, Time } from '../../ui/time.tsx';
import { BlameView } from './blame-view.tsx';
import { RestoreDialog } from './restore-dialog.tsx';
import { sideOf } from './side-of.ts';

const pageSize = 50;

const idOf = ({ version, revision }: Entry): string => `${version}-${revision}`;

/** Who changed the key, when and why; two versions side by side; and the way back to any of them. */
export default function Timeline({ entry, canWrite }: { entry: Pick<Entry, 'namespace' | 'key'>; canWrite: boolean }) {
  const t = useTranslate();
  const { namespace, key } = entry;
  const { v1, v2, show } = useParameters();
  const [restoring, setRestoring] = useState<Entry>();
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['versions', namespace, key],
    queryFn: ({ pageParam, signal }) =>
      listVersions(namespace, key, { limit: pageSize, cursor: pageParam }, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
  });
  const versions = useMemo(() => data?.pages.flatMap(({ entries }) => entries) ?? [], [data]);
  const at = versions.findIndex((each) => idOf(each) === v2);
  const before = useMemo(() => versions.slice(Math.max(0, at)), [versions, at]);
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (isPending) return <div className="loading" aria-busy="true" />;
  const [current] = versions;
  if (current === undefined) return <Empty title={t('noHistory')} />;
  const find = (id: string | undefined): Entry | undefined => versions.find((each) => idOf(each) === id);
  const right = find(v2) ?? current;
  const left = find(v1) ?? versions[versions.indexOf(right) + 1];
  const isSecret = right.secret || (left?.secret ?? false);
  return (
    <div className="timeline">
      <ol className="versions" aria-label={t('tabHistory')}>
        {versions.map((version, at) => (
          <li key={idOf(version)} className={version === right ? 'right' : version === left ? 'left' : ''}>
            <button
              type="button"
              className="version"
              aria-pressed={version === right}
              onClick={() =>
                setParameters(
                  { v1: versions[at + 1] && idOf(versions[at + 1] as Entry), v2: idOf(version) },
                  { replace: true },
                )
              }
            >
              <span className="version-head">
                <b>{version.deleted ? t('deletedVersion') : t('versionNumber', { version: version.version })}</b>
                {at === 0 && !version.deleted && <Badge look="good">{t('current')}</Badge>}
                {version.deleted && <Badge look="bad">{t('deleted')}</Badge>}
              </span>
              <span className="muted">
                {version.author && `${version.author} · `}
                <Age at={version.updatedAt} />
              </span>
              {version.comment && <q>{version.comment}</q>}
            </button>
            <span className="version-side" hidden={version === right}>
              <button
                type="button"
                className="text-button"
                aria-pressed={version === left}
                onClick={() => setParameters({ v1: idOf(version), v2: idOf(right) }, { replace: true })}
              >
                {t('compareFrom')}
              </button>
            </span>
          </li>
        ))}
        {hasNextPage && (
          <li>
            <Button onClick={() => void fetchNextPage()}>{t('olderVersions')}</Button>
          </li>
        )}
      </ol>
      <div className="version-view">
        <div className="row">
          <span className="muted">
            {t('revisionNumber', { revision: right.revision })} · <Time at={right.updatedAt} />
          </span>
          <span className="grow" />
          {!isSecret && (
            <Segments
              label={t('historyShows')}
              value={show === 'blame' ? 'blame' : 'diff'}
              options={[
                ['diff', t('showsDiff')],
                ['blame', t('showsBlame')],
              ]}
              onChange={(next) => setParameters({ show: next === 'blame' ? next : undefined }, { replace: true })}
            />
          )}
          {canWrite && !right.deleted && (right !== current || current.deleted) && (
            <Button icon={<RotateCcw size={15} />} onClick={() => setRestoring(right)}>
              {t('restoreVersion', { version: right.version })}
            </Button>
          )}
        </div>
        {isSecret ? (
          <Note>{t('secretNotCompared')}</Note>
        ) : show === 'blame' ? (
          <BlameView versions={before} hasMore={hasNextPage} />
        ) : (
          <DiffView left={sideOf(left, t)} right={sideOf(right, t)} />
        )}
      </div>
      {restoring && <RestoreDialog current={current} version={restoring} onClose={() => setRestoring(undefined)} />}
    </div>
  );
}
