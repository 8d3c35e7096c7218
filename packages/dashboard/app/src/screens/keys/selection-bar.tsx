import { CopyPlus, Download, Trash2, X } from 'lucide-react';
import { useTranslate } from '../../i18n/translate.ts';
import type { KeyIndex } from '../../index/key-index.ts';
import { useAccess } from '../../state/queries.ts';
import { useStore } from '../../state/store.ts';
import { IconButton } from '../../ui/button.tsx';
import { ask } from './asked.ts';
import { clearSelection, selection } from './selection.ts';

/** The actions on the marked keys. */
export function SelectionBar({ namespace, index }: { namespace: string; index: KeyIndex }) {
  const t = useTranslate();
  const marked = useStore(selection);
  const { canDelete } = useAccess(namespace);
  if (marked.size === 0) return null;
  const keys = [...marked].sort();
  const living = keys.filter((key) => index.get(key)?.deleted === false);
  return (
    <div className="selection-bar" role="toolbar" aria-label={t('marked', { count: marked.size })}>
      <b>{t('marked', { count: marked.size })}</b>
      <span className="grow" />
      <IconButton label={t('copyTo')} onClick={() => ask({ kind: 'copy', keys: living })}>
        <CopyPlus size={17} />
      </IconButton>
      <IconButton label={t('export')} onClick={() => ask({ kind: 'export', keys: living })}>
        <Download size={17} />
      </IconButton>
      {canDelete && (
        <IconButton
          label={t('deleteKeys', { count: living.length })}
          onClick={() => ask({ kind: 'delete', keys: living })}
        >
          <Trash2 size={17} />
        </IconButton>
      )}
      <IconButton label={t('clearSelection')} onClick={clearSelection}>
        <X size={17} />
      </IconButton>
    </div>
  );
}
