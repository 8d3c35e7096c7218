import { lazy, Suspense, useEffect, useState } from 'react';
import { session } from '../api/session.ts';
import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state/store.ts';
import { Button } from '../ui/button.tsx';
import { Note } from '../ui/note.tsx';

const SignInDialog = lazy(() => import('./sign-in-dialog.tsx'));

/** Asks to sign in when the server says that the caller is not. What is on the screen stays. */
export function SignIn() {
  const t = useTranslate();
  const { state } = useStore(session);
  const [isClosed, setClosed] = useState(false);
  useEffect(() => {
    if (state === 'out') setClosed(false);
  }, [state]);
  if (state !== 'out') return null;
  if (!isClosed) {
    return (
      <Suspense>
        <SignInDialog onClose={() => setClosed(true)} />
      </Suspense>
    );
  }
  return (
    <div className="sign-in-note">
      <Note
        look="warn"
        actions={
          <Button look="primary" onClick={() => setClosed(false)}>
            {t('signInButton')}
          </Button>
        }
      >
        {t('signInNote')}
      </Note>
    </div>
  );
}
