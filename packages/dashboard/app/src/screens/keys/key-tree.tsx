import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslate } from '../../i18n/translate.ts';
import type { Shown } from '../../index/key-index.ts';
import { folderOf, type Row, rowAt, rowSize } from '../../index/rows.ts';
import { useCommands } from '../../shell/commands.ts';
import { go, place } from '../../state/location.ts';
import { keysPlace } from '../../state/place.ts';
import { useStore } from '../../state/store.ts';
import { expandedOf, toggleFolder } from './expanded.ts';
import { KeyRow } from './key-row.tsx';
import { selection, toggleSelected } from './selection.ts';

export interface KeyTreeProps {
  readonly shown: Shown;
  readonly namespace: string;
  readonly open: string;
}

/** As high as the tokens say; asked once a list, not once a row. */
const rowHeight = (): number =>
  Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue('--row'), 10) || 34;

/** The rows that are in sight, of any number. The focus stays on the tree; arrows, or J and K, move the active row. */
export function KeyTree({ shown, namespace, open }: KeyTreeProps) {
  const t = useTranslate();
  const id = useId();
  const home = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(-1);
  const expanded = useStore(expandedOf(namespace));
  const selected = useStore(selection);
  const { rows, infos, view } = shown;
  const count = rows.length / rowSize;
  const isList = view.mode === 'list';
  const filtered = view.filter.trim() !== '';
  const [height] = useState(rowHeight);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => home.current,
    estimateSize: () => height,
    overscan: 12,
  });

  const nameOf = ({ index: at, depth, count: inside }: Row): string => {
    const key = infos[at]?.key ?? '';
    return inside > 0 ? folderOf(key, depth) : key;
  };
  const isOpen = (folder: string): boolean => filtered || expanded.has(folder);
  const act = (row: Row): void => {
    const name = nameOf(row);
    if (row.count > 0) toggleFolder(namespace, name);
    else go(keysPlace(namespace, name, withoutEdit()));
  };
  const mark = (row: Row): void => {
    const name = nameOf(row);
    const inside: string[] = row.count === 0 ? [name] : [];
    const first = row.count === 0 ? infos.length : row.index;
    for (let at = first; at < infos.length && infos[at]?.key.startsWith(name); at += 1)
      inside.push(infos[at]?.key ?? '');
    toggleSelected(inside);
  };
  const move = (to: number): void => {
    const next = Math.min(Math.max(to, 0), count - 1);
    setActive(next);
    virtual.scrollToIndex(next);
  };

  // The open key is brought into sight once, when it was opened from elsewhere.
  const seen = useRef('');
  useEffect(() => {
    if (open === '' || seen.current === open) return;
    for (let at = 0; at < count; at += 1) {
      const row = rowAt(rows, at);
      if (row.count > 0 || infos[row.index]?.key !== open) continue;
      seen.current = open;
      setActive(at);
      if (!virtual.getVirtualItems().some((item) => item.index === at)) virtual.scrollToIndex(at, { align: 'center' });
      return;
    }
  }, [open, rows, infos, count, virtual]);

  const press = (event: KeyboardEvent): void => {
    const row = active >= 0 ? rowAt(rows, active) : undefined;
    const folder = row && row.count > 0 ? nameOf(row) : '';
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(active + 1),
      ArrowUp: () => move(active - 1),
      Home: () => move(0),
      End: () => move(count - 1),
      PageDown: () => move(active + 20),
      PageUp: () => move(active - 20),
      Enter: () => row && act(row),
      ' ': () => row && mark(row),
      ArrowRight: () => {
        if (folder !== '' && !isOpen(folder)) toggleFolder(namespace, folder, true);
        else move(active + 1);
      },
      ArrowLeft: () => {
        if (folder !== '' && isOpen(folder) && !filtered) toggleFolder(namespace, folder, false);
        else if (row) move(parentOf(rows, active, row.depth));
      },
    };
    const action = event.metaKey || event.ctrlKey || event.altKey ? undefined : keys[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };

  useCommands([
    { id: 'next-key', title: 'commandNextKey', group: 'groupKeys', keys: 'j', hidden: true, run: () => step(1) },
    {
      id: 'previous-key',
      title: 'commandPreviousKey',
      group: 'groupKeys',
      keys: 'k',
      hidden: true,
      run: () => step(-1),
    },
    {
      id: 'mark-key',
      title: 'commandMark',
      group: 'groupKeys',
      keys: 'x',
      hidden: true,
      run: () => active >= 0 && mark(rowAt(rows, active)),
    },
  ]);
  function step(by: number): void {
    move(active + by);
    home.current?.focus({ preventScroll: true });
  }

  return (
    <div
      ref={home}
      className="tree"
      role="tree"
      aria-label={t('keysOf', { namespace })}
      aria-multiselectable="true"
      aria-activedescendant={active >= 0 && active < count ? `${id}-${active}` : undefined}
      tabIndex={0}
      onKeyDown={press}
      onFocus={() => active < 0 && setActive(0)}
    >
      <div className="tree-rows" role="presentation" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rowAt(rows, item.index);
          const info = infos[row.index];
          if (info === undefined) return null;
          const name = nameOf(row);
          const isFolder = row.count > 0;
          return (
            <KeyRow
              key={isFolder ? name : `=${name}`}
              id={`${id}-${item.index}`}
              top={item.start}
              height={item.size}
              info={info}
              namespace={namespace}
              name={isList ? name : nameIn(name, row.depth)}
              folder={isFolder ? { path: name, count: row.count, isOpen: isOpen(name) } : undefined}
              depth={isList ? 0 : row.depth}
              isActive={item.index === active}
              isCurrent={!isFolder && name === open}
              isSelected={isFolder ? false : selected.has(name)}
              isLive={!isFolder && info.revision > shown.revision}
              onAct={() => {
                setActive(item.index);
                act(row);
              }}
              onMark={() => mark(row)}
            />
          );
        })}
      </div>
    </div>
  );
}

/** The last part of a name in a folder of that depth. */
function nameIn(name: string, depth: number): string {
  let start = 0;
  for (let level = 0; level < depth; level += 1) start = name.indexOf('/', start) + 1;
  return name.slice(start);
}

function parentOf(rows: Int32Array, at: number, depth: number): number {
  for (let above = at - 1; above >= 0; above -= 1) if (rowAt(rows, above).depth < depth) return above;
  return at;
}

/** The parameters that another key keeps: those of the list. */
function withoutEdit() {
  const { q, view, deleted, rev } = place.get().parameters;
  return { ...(q && { q }), ...(view && { view }), ...(deleted && { deleted }), ...(rev && { rev }) };
}
