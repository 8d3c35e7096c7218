import { FolderTree, List, Plus, Trash2 } from 'lucide-react';
import { useTranslate } from '../../i18n/translate.ts';
import type { KeyIndex } from '../../index/key-index.ts';
import type { View } from '../../index/messages.ts';
import { setParameters, useParameters } from '../../state/location.ts';
import { useAccess } from '../../state/queries.ts';
import { changeSettings } from '../../state/settings.ts';
import { useStore } from '../../state/store.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Note } from '../../ui/note.tsx';
import { ask } from './asked.ts';
import { KeyTree } from './key-tree.tsx';
import { ListState } from './list-state.tsx';
import { SelectionBar } from './selection-bar.tsx';

export const filterId = 'key-filter';

export interface ListPaneProps {
  readonly index: KeyIndex;
  readonly namespace: string;
  readonly open: string;
  readonly view: View;
  readonly revision: number;
}

export function ListPane({ index, namespace, open, view, revision }: ListPaneProps) {
  const t = useTranslate();
  const shown = useStore(index.shown);
  const { q = '', deleted } = useParameters();
  const { canWrite } = useAccess(namespace);
  const other = view.mode === 'tree' ? 'list' : 'tree';
  return (
    <>
      {open === '' && <h1 className="hidden">{t('keysOf', { namespace })}</h1>}
      <div className="list-tools">
        <input
          id={filterId}
          type="search"
          className="grow"
          aria-label={t('filterKeys')}
          placeholder={t('filterKeys')}
          title={t('filterHint')}
          value={q}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setParameters({ q: event.target.value }, { replace: true })}
        />
        <IconButton
          label={t(other === 'list' ? 'showAsList' : 'showAsTree')}
          keys="v"
          onClick={() => {
            changeSettings({ view: other });
            setParameters({ view: undefined }, { replace: true });
          }}
        >
          {other === 'list' ? <List size={17} /> : <FolderTree size={17} />}
        </IconButton>
        <IconButton
          label={t(deleted === '1' ? 'hideDeleted' : 'showDeleted')}
          aria-pressed={deleted === '1'}
          onClick={() => setParameters({ deleted: deleted === '1' ? undefined : '1' }, { replace: true })}
        >
          <Trash2 size={16} />
        </IconButton>
        {canWrite && revision === 0 && (
          <Button look="primary" icon={<Plus size={16} />} keys="n" onClick={() => ask({ kind: 'create' })}>
            {t('newKey')}
          </Button>
        )}
      </div>
      {revision > 0 && (
        <Note look="warn" actions={<Button onClick={() => setParameters({ rev: undefined })}>{t('backToNow')}</Button>}>
          {t('asOfRevision', { revision })}
        </Note>
      )}
      <ListState index={index} shown={shown} namespace={namespace} />
      {shown.rows.length > 0 && <KeyTree shown={shown} namespace={namespace} open={open} />}
      <SelectionBar namespace={namespace} index={index} />
    </>
  );
}
