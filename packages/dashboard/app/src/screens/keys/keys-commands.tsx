import type { KeyIndex } from '../../index/key-index.ts';
import { useCommands } from '../../shell/commands.ts';
import { go } from '../../state/location.ts';
import { keysPlace } from '../../state/place.ts';
import { useAccess } from '../../state/queries.ts';
import { changeSettings, settings } from '../../state/settings.ts';
import { useStore } from '../../state/store.ts';
import { ask } from './asked.ts';
import { expandedOf } from './expanded.ts';
import { filterId } from './list-pane.tsx';
import { clearSelection, selection } from './selection.ts';
import { lastUndo } from './undo.ts';

/** The keyboard commands of the list of keys. */
export function KeysCommands({
  namespace,
  open,
  index,
}: {
  namespace: string;
  open: string;
  index: KeyIndex | undefined;
}) {
  const { canWrite } = useAccess(namespace);
  const undo = useStore(lastUndo);
  const marked = useStore(selection).size;
  const expandAll = (): void => {
    const folders = new Set<string>();
    for (const { key } of index?.shown.get().infos ?? []) {
      for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1))
        folders.add(key.slice(0, slash + 1));
    }
    expandedOf(namespace).set(folders);
  };
  useCommands([
    {
      id: 'filter',
      title: 'filterKeys',
      group: 'groupKeys',
      keys: '/',
      run: () => document.getElementById(filterId)?.focus(),
    },
    ...(canWrite
      ? ([
          { id: 'create', title: 'newKey', group: 'groupKeys', keys: 'n', run: () => ask({ kind: 'create' }) },
        ] as const)
      : []),
    {
      id: 'view',
      title: 'commandView',
      group: 'groupKeys',
      keys: 'v',
      run: () => changeSettings({ view: settings.get().view === 'tree' ? 'list' : 'tree' }),
    },
    { id: 'expand', title: 'expandAll', group: 'groupKeys', keys: 'shift+e', run: expandAll },
    {
      id: 'collapse',
      title: 'collapseAll',
      group: 'groupKeys',
      keys: 'shift+c',
      run: () => expandedOf(namespace).set(new Set()),
    },
    ...(undo ? ([{ id: 'undo', title: 'undo', group: 'groupEdit', keys: 'u', run: undo }] as const) : []),
    ...(marked > 0
      ? ([{ id: 'unmark', title: 'clearSelection', group: 'groupKeys', keys: 'escape', run: clearSelection }] as const)
      : []),
    ...(open !== ''
      ? ([
          { id: 'back', title: 'backToList', group: 'groupKeys', keys: 'b', run: () => go(keysPlace(namespace)) },
        ] as const)
      : []),
  ]);
  return null;
}
