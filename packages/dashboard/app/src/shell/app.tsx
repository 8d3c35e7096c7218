import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { useTranslate } from '../i18n/translate.ts';
import { usePlace } from '../state/location.ts';
import { queries } from '../state/queries.ts';
import { TipProvider } from '../ui/tip.tsx';
import { Toasts } from '../ui/toasts.tsx';
import { handleKey } from './commands.ts';
import { Failure } from './failure.tsx';
import { Header } from './header.tsx';
import { MissedNote } from './missed-note.tsx';
import { Nav } from './nav.tsx';
import { Overlays } from './overlays.tsx';
import { SignIn } from './sign-in.tsx';

const screens = {
  home: lazy(() => import('../screens/home/home.tsx')),
  keys: lazy(() => import('../screens/keys/keys.tsx')),
  history: lazy(() => import('../screens/history/history.tsx')),
  import: lazy(() => import('../screens/import/import.tsx')),
  matrix: lazy(() => import('../screens/matrix/matrix.tsx')),
  events: lazy(() => import('../screens/events/events.tsx')),
  aliases: lazy(() => import('../screens/aliases/aliases.tsx')),
  audit: lazy(() => import('../screens/audit/audit.tsx')),
  status: lazy(() => import('../screens/status/status.tsx')),
  changes: lazy(() => import('../screens/changes/changes.tsx')),
  search: lazy(() => import('../screens/search/search.tsx')),
  unknown: lazy(() => import('../screens/unknown.tsx')),
};

export function App() {
  const t = useTranslate();
  const place = usePlace();
  const Screen = screens[place.screen];
  useEffect(() => {
    document.addEventListener('keydown', handleKey);
    return () => document.removeEventListener('keydown', handleKey);
  }, []);
  return (
    <QueryClientProvider client={queries}>
      <TipProvider delayDuration={500}>
        <a className="skip" href="#main">
          {t('skip')}
        </a>
        <Header />
        <div className="below">
          <Nav />
          <main id="main" tabIndex={-1} data-screen={place.screen}>
            <MissedNote />
            <Failure key={place.screen}>
              <Suspense fallback={<div className="loading" aria-busy="true" />}>
                <Screen />
              </Suspense>
            </Failure>
          </main>
        </div>
        <Overlays />
        <Toasts />
        <SignIn />
      </TipProvider>
    </QueryClientProvider>
  );
}
