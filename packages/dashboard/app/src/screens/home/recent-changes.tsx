import { useQuery } from '@tanstack/react-query';
import { listAudit } from '../../api/calls.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { recordOfAudit } from '../../log/log-record.ts';
import { keysPlace } from '../../state/place.ts';
import { Link } from '../../ui/link.tsx';
import { Age } from '../../ui/time.tsx';

const most = 8;

/** Who wrote what last, of all that the caller may read; nothing where the server keeps no trail or does not tell. */
export function RecentChanges() {
  const t = useTranslate();
  const { data } = useQuery({
    queryKey: ['recent'],
    queryFn: async ({ signal }) => (await listAudit({ limit: most }, { signal })).records.map(recordOfAudit),
    retry: false,
  });
  if (data === undefined || data.length === 0) return null;
  return (
    <section className="recent" aria-labelledby="recent-title">
      <div className="row">
        <h2 id="recent-title" className="grow">
          {t('recentChanges')}
        </h2>
        <Link to={{ screen: 'audit', parameters: {} }}>{t('navAudit')}</Link>
      </div>
      <ul>
        {data.map(({ id, kind, namespace, key, author, comment, at }) => {
          const isAlias = kind.startsWith('alias');
          const place = isAlias
            ? ({ screen: 'aliases', parameters: { q: key } } as const)
            : keysPlace(namespace, key, { tab: 'history' });
          return (
            <li key={id}>
              <Link className="mono recent-key" to={place} title={key}>
                {key}
              </Link>
              <span className="muted recent-where">{isAlias ? t('navAliases') : namespace}</span>
              {comment && <q className="recent-why">{comment}</q>}
              <span className="muted recent-when">
                {t(`log_${kind}`)} {author && `· ${author} `}· <Age at={at} short />
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
