import { X } from 'lucide-react';
import { useTranslate } from '../i18n/translate.ts';
import { createStore, useStore } from '../state/store.ts';
import { Button, IconButton } from './button.tsx';

export interface Toast {
  readonly text: string;
  readonly look?: 'good' | 'bad' | undefined;
  /** Something that can be done about it, undone say. */
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

const shownMs = 8_000;
const toasts = createStore<readonly (Toast & { readonly id: number })[]>([]);
let count = 0;

/** Says something for a while. Errors stay until they are closed. */
export function toast(next: Toast): void {
  count += 1;
  const id = count;
  toasts.update((now) => [...now, { ...next, id }].slice(-4));
  if (next.look !== 'bad') setTimeout(() => dismiss(id), shownMs);
}

const dismiss = (id: number): void => toasts.update((now) => now.filter((each) => each.id !== id));

export function Toasts() {
  const t = useTranslate();
  const shown = useStore(toasts);
  return (
    <section className="toasts" aria-live="polite" aria-label={t('notices')}>
      {shown.map(({ id, text, look, action }) => (
        <div key={id} className={`toast ${look ?? ''}`} role={look === 'bad' ? 'alert' : undefined}>
          <span>{text}</span>
          {action && (
            <Button
              look="quiet"
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton label={t('close')} onClick={() => dismiss(id)}>
            <X size={16} />
          </IconButton>
        </div>
      ))}
    </section>
  );
}
