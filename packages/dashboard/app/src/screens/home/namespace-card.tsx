import { Grid3x3, Star } from 'lucide-react';
import { useTranslate } from '../../i18n/translate.ts';
import { keysPlace } from '../../state/place.ts';
import { settings, toggleFavourite } from '../../state/settings.ts';
import { useStore } from '../../state/store.ts';
import { IconButton } from '../../ui/button.tsx';
import { Link } from '../../ui/link.tsx';
import { type Group, stageOf } from './groups.ts';

/** An app and its stages, with the way to their comparison. */
export function NamespaceCard({ group }: { group: Group }) {
  const t = useTranslate();
  const { favourites } = useStore(settings);
  const { name, namespaces } = group;
  return (
    <li className="card">
      {namespaces.length > 1 && (
        <div className="card-head">
          <h2>{name}</h2>
          <Link className="card-link" to={{ screen: 'matrix', parameters: { ns: namespaces.join(',') } }}>
            <Grid3x3 size={14} aria-hidden="true" /> {t('compareStages')}
          </Link>
        </div>
      )}
      <ul>
        {namespaces.map((namespace) => {
          const isFavourite = favourites.includes(namespace);
          return (
            <li key={namespace} className={namespaces.length > 1 ? 'stage' : 'stage only'}>
              <Link to={keysPlace(namespace)} aria-label={namespace}>
                {namespaces.length > 1 ? stageOf(namespace, group) : namespace}
              </Link>
              <IconButton
                label={t(isFavourite ? 'unfavourite' : 'favourite')}
                aria-pressed={isFavourite}
                onClick={() => toggleFavourite(namespace)}
              >
                <Star size={15} className={isFavourite ? 'star' : ''} />
              </IconButton>
            </li>
          );
        })}
      </ul>
    </li>
  );
}
