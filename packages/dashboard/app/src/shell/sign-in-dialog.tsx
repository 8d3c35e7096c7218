import { useEffect, useState } from 'react';
import { clientConfig } from '../api/session.ts';
import { askSession, type SignInResult, sendPassphrase, sendToken } from '../api/sign-in.ts';
import { type Translate, useTranslate } from '../i18n/translate.ts';
import { drafts, isDirty } from '../state/drafts.ts';
import { useStore } from '../state/store.ts';
import { Button } from '../ui/button.tsx';
import { Check, Field } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';

export interface SignInDialogProps {
  readonly onClose: () => void;
}

/** The form for the way that the server has. */
export default function SignInDialog(props: SignInDialogProps) {
  const { strategy } = clientConfig().auth;
  if (strategy === 'hmac') return <SecretForm {...props} kind="passphrase" send={sendPassphrase} />;
  if (strategy === 'bearer') return <SecretForm {...props} kind="token" send={sendToken} />;
  return <Elsewhere {...props} />;
}

function SecretForm({
  kind,
  send,
  onClose,
}: SignInDialogProps & {
  kind: 'passphrase' | 'token';
  send: (secret: string) => Promise<SignInResult>;
}) {
  const t = useTranslate();
  const [secret, setSecret] = useState('');
  const [isShown, setShown] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<SignInResult | undefined>();
  const submit = async (): Promise<void> => {
    const wanted = secret.trim();
    if (wanted === '' || isBusy) return;
    setBusy(true);
    setResult(await send(wanted));
    setBusy(false);
  };
  return (
    <Dialog
      title={t('signInTitle')}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" disabled={isBusy || secret.trim() === ''}>
            {t('signInButton')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <Kept />
        <Field
          label={t(kind)}
          hint={kind === 'token' ? t('tokenHint') : undefined}
          error={result && complaint(t, result, kind)}
        >
          {(control) => (
            <input
              {...control}
              type={isShown ? 'text' : 'password'}
              autoComplete="current-password"
              spellCheck={false}
              value={secret}
              onChange={(event) => setSecret(event.target.value)}
            />
          )}
        </Field>
        {kind === 'token' && (
          <Check label={t('showToken')} checked={isShown} onChange={(event) => setShown(event.target.checked)} />
        )}
        <p className="hidden" role="status">
          {result && complaint(t, result, kind)}
        </p>
      </div>
    </Dialog>
  );
}

/** One signs in on another page: of another application, or of a proxy. */
function Elsewhere({ onClose }: SignInDialogProps) {
  const t = useTranslate();
  const { strategy, loginPath } = clientConfig().auth;
  const [result, setResult] = useState<SignInResult | undefined>();
  useEffect(() => {
    const look = (): void => void askSession();
    window.addEventListener('focus', look);
    return () => window.removeEventListener('focus', look);
  }, []);
  const url = loginPath === undefined ? undefined : new URL(loginPath, document.baseURI).href;
  return (
    <Dialog
      title={t('signInTitle')}
      onClose={onClose}
      onSubmit={() => void askSession().then(setResult)}
      actions={
        <>
          {url && (
            <a className="button primary" href={url} target="_blank" rel="noreferrer">
              <span>{t('signInOpen')}</span>
            </a>
          )}
          <Button look={url ? undefined : 'primary'} type="submit">
            {t('signInDone')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <Kept />
        <p>{t(strategy === 'none' ? 'signInNoWay' : 'signInElsewhere')}</p>
        <p role="status" className="field-error">
          {result && result.kind !== 'in' && t(result.kind === 'offline' ? 'signInOffline' : 'signInNotYet')}
        </p>
      </div>
    </Dialog>
  );
}

/** Where something is half written, that it is still there. */
function Kept() {
  const t = useTranslate();
  const hasDrafts = useStore(drafts).some(isDirty);
  return hasDrafts ? <p>{t('signInKept')}</p> : null;
}

function complaint(t: Translate, result: SignInResult, kind: 'passphrase' | 'token'): string | undefined {
  if (result.kind === 'wrong') return t(`${kind}Wrong`);
  if (result.kind === 'wait') return t('signInWait', { count: result.seconds });
  return result.kind === 'offline' ? t('signInOffline') : undefined;
}
