import { QueryClientProvider } from '@tanstack/react-query';
import { Suspense, useEffect, useMemo } from 'react';
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
import { screenOf } from './screens.ts';
import { SignIn } from './sign-in.tsx';

export function App() {
  const t = useTranslate();
  const place = usePlace();
  const Screen = useMemo(() => screenOf(place.screen), [place.screen]);
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
