import {
  Activity,
  ClipboardCheck,
  FileInput,
  Gauge,
  Grid3x3,
  History,
  House,
  KeyRound,
  ScrollText,
  Signpost,
  Star,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { type TextName, useTranslate } from '../i18n/translate.ts';
import { drafts } from '../state/drafts.ts';
import { usePlace } from '../state/location.ts';
import { keysPlace, type Place } from '../state/place.ts';
import { settings } from '../state/settings.ts';
import { useStore } from '../state/store.ts';
import { Link } from '../ui/link.tsx';
import { navOpen } from './overlay-state.ts';

interface Item {
  readonly title: TextName;
  readonly icon: ReactNode;
  readonly to: Place;
}

const size = 17;
const own = (screen: 'home' | 'matrix' | 'events' | 'aliases' | 'audit' | 'status' | 'changes'): Place => ({
  screen,
  parameters: {},
});

function itemsOf(namespace: string): readonly Item[] {
  const ofNamespace: readonly Item[] =
    namespace === ''
      ? []
      : [
          { title: 'navKeys', icon: <KeyRound size={size} />, to: keysPlace(namespace) },
          { title: 'navHistory', icon: <History size={size} />, to: { screen: 'history', namespace, parameters: {} } },
          { title: 'navImport', icon: <FileInput size={size} />, to: { screen: 'import', namespace, parameters: {} } },
        ];
  return [
    { title: 'navHome', icon: <House size={size} />, to: own('home') },
    ...ofNamespace,
    { title: 'navMatrix', icon: <Grid3x3 size={size} />, to: own('matrix') },
    { title: 'navChanges', icon: <ClipboardCheck size={size} />, to: own('changes') },
    { title: 'navEvents', icon: <Activity size={size} />, to: own('events') },
    { title: 'navAudit', icon: <ScrollText size={size} />, to: own('audit') },
    { title: 'navAliases', icon: <Signpost size={size} />, to: own('aliases') },
    { title: 'navStatus', icon: <Gauge size={size} />, to: own('status') },
  ];
}

export function Nav() {
  const t = useTranslate();
  const place = usePlace();
  const { favourites, recents } = useStore(settings);
  const isOpen = useStore(navOpen);
  const staged = useStore(drafts).filter((draft) => draft.staged).length;
  const namespace = 'namespace' in place ? place.namespace : (recents[0] ?? '');
  const shortcuts = [...favourites, ...recents.filter((each) => !favourites.includes(each))].slice(0, 10);
  return (
    <>
      {isOpen && <div className="nav-shade" onClick={() => navOpen.set(false)} aria-hidden="true" />}
      <nav className={isOpen ? 'nav open' : 'nav'} aria-label={t('navigation')}>
        <ul>
          {itemsOf(namespace).map(({ title, icon, to }) => (
            <li key={title}>
              <Link to={to} aria-current={place.screen === to.screen ? 'page' : undefined}>
                {icon}
                <span>{t(title)}</span>
                {title === 'navChanges' && staged > 0 && <span className="count">{staged}</span>}
              </Link>
            </li>
          ))}
        </ul>
        {shortcuts.length > 0 && (
          <>
            <h2>{t('namespaces')}</h2>
            <ul>
              {shortcuts.map((name) => (
                <li key={name}>
                  <Link
                    to={keysPlace(name)}
                    className="nav-namespace"
                    aria-current={'namespace' in place && place.namespace === name ? 'true' : undefined}
                  >
                    {favourites.includes(name) ? (
                      <Star size={13} className="star" aria-hidden="true" />
                    ) : (
                      <span className="nav-dot" />
                    )}
                    <span>{name}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </>
        )}
      </nav>
    </>
  );
}
