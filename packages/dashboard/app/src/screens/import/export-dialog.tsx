import { useTranslate } from '../../i18n/translate.ts';
import { Dialog } from '../../ui/dialog.tsx';

export default function ExportDialog({ onClose }: { namespace: string; keys: readonly string[]; onClose: () => void }) {
  const t = useTranslate();
  return (
    <Dialog title={t('export')} onClose={onClose}>
      {null}
    </Dialog>
  );
}
