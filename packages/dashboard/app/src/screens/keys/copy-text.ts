import { t } from '../../i18n/translate.ts';
import { toast } from '../../ui/toasts.tsx';

/** Puts a text on the clipboard, and says whether it went. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast({ text: t('copied'), look: 'good' });
  } catch {
    toast({ text: t('notCopied'), look: 'bad' });
  }
}
