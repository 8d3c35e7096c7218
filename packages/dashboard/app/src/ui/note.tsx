import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError, type ErrorKind } from '../api/error.ts';
import { type TextName, useTranslate } from '../i18n/translate.ts';
import { Button } from './button.tsx';

const icons = { info: Info, warn: TriangleAlert, bad: CircleAlert };

/** A framed remark; with `role="alert"` it is read out at once. */
export function Note({
  look = 'info',
  children,
  actions,
  alert = false,
}: {
  look?: keyof typeof icons;
  children: ReactNode;
  actions?: ReactNode;
  alert?: boolean;
}) {
  const Icon = icons[look];
  return (
    <div className={`note ${look}`} role={alert ? 'alert' : undefined}>
      <Icon size={18} aria-hidden="true" />
      <div className="note-text">{children}</div>
      {actions && <div className="note-actions">{actions}</div>}
    </div>
  );
}

const advice: Readonly<Record<ErrorKind, TextName>> = {
  offline: 'adviceOffline',
  'signed-out': 'adviceSignedOut',
  forbidden: 'adviceForbidden',
  missing: 'adviceMissing',
  conflict: 'adviceConflict',
  exists: 'adviceExists',
  invalid: 'adviceInvalid',
  'too-large': 'adviceTooLarge',
  throttled: 'adviceThrottled',
  compacted: 'adviceCompacted',
  unsupported: 'adviceUnsupported',
  internal: 'adviceInternal',
};

/** The error in the server's words, and the next step for the user. */
export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const t = useTranslate();
  const kind = error instanceof ApiError ? error.kind : 'internal';
  const text = error instanceof Error ? error.message : String(error);
  return (
    <Note look="bad" alert actions={onRetry && <Button onClick={onRetry}>{t('tryAgain')}</Button>}>
      <strong>{text}</strong>
      <br />
      {t(advice[kind])}
    </Note>
  );
}
