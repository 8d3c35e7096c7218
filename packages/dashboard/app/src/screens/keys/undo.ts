import { t } from '../../i18n/translate.ts';
import { createStore, type Store } from '../../state/store.ts';
import { toast } from '../../ui/toasts.tsx';

/** The function that takes the last write back. */
export const lastUndo: Store<(() => void) | undefined> = createStore<(() => void) | undefined>(undefined);

/** Says what was done, and offers to take it back for as long as nothing else was done. */
export function offerUndo(text: string, undo: (() => Promise<unknown>) | undefined): void {
  if (undo === undefined) {
    lastUndo.set(undefined);
    toast({ text, look: 'good' });
    return;
  }
  const run = (): void => {
    if (lastUndo.get() === run) lastUndo.set(undefined);
    undo().then(
      () => toast({ text: t('undone'), look: 'good' }),
      (error: unknown) =>
        toast({ text: t('notUndone', { why: error instanceof Error ? error.message : '' }), look: 'bad' }),
    );
  };
  lastUndo.set(run);
  toast({ text, look: 'good', action: { label: t('undo'), run } });
}
