import { Boxes } from 'lucide-react';
import { useState } from 'react';
import { useTranslate } from '../../i18n/translate.ts';
import { overlay } from '../../shell/overlay-state.ts';
import { setParameters, useParameters } from '../../state/location.ts';
import { useNamespaces } from '../../state/queries.ts';
import { settings } from '../../state/settings.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { groupsOf } from './groups.ts';
import { NamespaceCard } from './namespace-card.tsx';
import { RecentChanges } from './recent-changes.tsx';

const step = 300;

/** All namespaces that hold something. */
export default function Home() {
  const t = useTranslate();
  const { q = '' } = useParameters();
  const { data, error, isPending, refetch } = useNamespaces();
  const { favourites } = useStore(settings);
  const [shown, setShown] = useState(step);
  if (error)
    return (
      <div className="page">
        <ErrorNote error={error} onRetry={() => void refetch()} />
      </div>
    );
  if (isPending) return <div className="loading" aria-busy="true" />;
  if (data.length === 0) {
    return (
      <Empty
        isPage
        icon={<Boxes size={28} />}
        title={t('noNamespaces')}
        actions={
          <Button look="primary" onClick={() => overlay.set('switcher')}>
            {t('createFirst')}
          </Button>
        }
      >
        {t('noNamespacesText')}
      </Empty>
    );
  }
  const wanted = q.toLowerCase();
  const found = data.filter((name) => name.toLowerCase().includes(wanted));
  const ordered = [
    ...found.filter((name) => favourites.includes(name)),
    ...found.filter((name) => !favourites.includes(name)),
  ];
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('namespaces')}</h1>
        <input
          type="search"
          className="filter"
          aria-label={t('filterNamespaces')}
          placeholder={t('filterNamespaces')}
          value={q}
          onChange={(event) => setParameters({ q: event.target.value }, { replace: true })}
        />
      </header>
      <ul className="cards">
        {groupsOf(ordered)
          .slice(0, shown)
          .map((group) => (
            <NamespaceCard key={group.name} group={group} />
          ))}
      </ul>
      {ordered.length === 0 && <p className="muted">{t('nothingFits')}</p>}
      {ordered.length > shown && (
        <Button onClick={() => setShown(shown + step)}>{t('showMore', { count: ordered.length - shown })}</Button>
      )}
      {q === '' && <RecentChanges />}
    </div>
  );
}
