import { Menu as MenuIcon, Search, SunMoon } from 'lucide-react';
import { changeLanguage, useTranslate } from '../i18n/translate.ts';
import { usePlace } from '../state/location.ts';
import { changeSettings, settings } from '../state/settings.ts';
import { useStore } from '../state/store.ts';
import { IconButton } from '../ui/button.tsx';
import { Keys } from '../ui/keys.tsx';
import { Link } from '../ui/link.tsx';
import { Menu, MenuChoice, MenuItem, MenuLine } from '../ui/menu.tsx';
import { LiveBadge } from './live-badge.tsx';
import { NamespaceSwitcher } from './namespace-switcher.tsx';
import { overlay, toggleNav } from './overlay-state.ts';
import { signOut, useCanSignOut } from './sign-out.ts';

export function Header() {
  const t = useTranslate();
  const place = usePlace();
  const { theme, utc, language } = useStore(settings);
  const canSignOut = useCanSignOut();
  return (
    <header className="header">
      <IconButton label={t('navigation')} className="nav-toggle" onClick={toggleNav}>
        <MenuIcon size={20} />
      </IconButton>
      <Link to={{ screen: 'home', parameters: {} }} className="brand" title="cfg">
        <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
          <rect width="32" height="32" rx="8" />
          <path d="M9 10h14M9 16h9M9 22h12" />
          <circle cx="22.5" cy="16" r="2.2" />
        </svg>
        <span>cfg</span>
      </Link>
      <NamespaceSwitcher namespace={'namespace' in place ? place.namespace : ''} />
      <button
        type="button"
        className="search-button"
        title={t('paletteOpen')}
        onClick={() => overlay.set('palette')}
        aria-keyshortcuts="Control+K Meta+K"
      >
        <Search size={16} aria-hidden="true" />
        <span>{t('paletteOpen')}</span>
        <Keys keys="mod+k" />
      </button>
      <LiveBadge />
      <Menu
        trigger={
          <IconButton label={t('preferences')}>
            <SunMoon size={18} />
          </IconButton>
        }
      >
        <MenuChoice
          label={t('theme')}
          value={theme}
          options={[
            ['system', t('themeSystem')],
            ['light', t('themeLight')],
            ['dark', t('themeDark')],
          ]}
          onChange={(next) => changeSettings({ theme: next })}
        />
        <MenuLine />
        <MenuChoice
          label={t('timeZone')}
          value={utc ? 'utc' : 'local'}
          options={[
            ['local', t('timeLocal')],
            ['utc', 'UTC'],
          ]}
          onChange={(next) => changeSettings({ utc: next === 'utc' })}
        />
        <MenuLine />
        <MenuChoice
          label={t('language')}
          value={language}
          options={[
            ['en', 'English'],
            ['de', 'Deutsch'],
          ]}
          onChange={(next) => void changeLanguage(next)}
        />
        <MenuLine />
        <MenuItem onSelect={() => overlay.set('sheet')} keys="?">
          {t('keyboard')}
        </MenuItem>
        {canSignOut && <MenuItem onSelect={() => void signOut()}>{t('signOut')}</MenuItem>}
      </Menu>
    </header>
  );
}
