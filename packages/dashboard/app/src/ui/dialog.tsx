import { X } from 'lucide-react';
import { type FormEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { useTranslate } from '../i18n/translate.ts';
import { IconButton } from './button.tsx';
import { isTakenByTip } from './tip-escape.ts';

export interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The buttons; inside the form. */
  readonly actions?: ReactNode;
  readonly onClose: () => void;
  /** Called when the form is sent, by its button of type `submit` or by Enter. */
  readonly onSubmit?: (() => void) | undefined;
  readonly size?: 'small' | 'wide' | 'full' | undefined;
}

/** Where one goes on typing; the browser itself would choose the button that closes. */
const firstField = '.dialog-body :is(input:not([type=radio], [type=checkbox]), textarea)';

/** A modal dialog: the browser's own, which keeps the focus in and gives it back. Escape closes and never saves. */
export function Dialog({ title, children, actions, onClose, onSubmit, size = 'small' }: DialogProps) {
  const t = useTranslate();
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    // Itself at first, not the button that closes, whose tip would show.
    dialog?.setAttribute('autofocus', '');
    dialog?.showModal();
    (dialog?.querySelector<HTMLElement>(firstField) ?? dialog)?.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit?.();
  };
  return (
    <dialog
      ref={ref}
      className={`dialog ${size}`}
      tabIndex={-1}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={({ nativeEvent }) => isTakenByTip(nativeEvent) && onClose()}
    >
      <form onSubmit={submit}>
        <header>
          <h2 id={titleId}>{title}</h2>
          <IconButton label={t('close')} onClick={onClose}>
            <X size={18} />
          </IconButton>
        </header>
        <div className="dialog-body">{children}</div>
        {actions && <footer>{actions}</footer>}
      </form>
    </dialog>
  );
}
