import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useRef } from 'react';
import { useTranslate } from '../../i18n/translate.ts';
import { keysPlace } from '../../state/place.ts';
import { Link } from '../../ui/link.tsx';
import { briefJson } from '../../value/format-json.ts';
import { shownOf } from '../../value/language.ts';
import type { MatrixRow } from './matrix-rows.ts';

const rowHeight = 40;

export interface MatrixGridProps {
  readonly namespaces: readonly string[];
  readonly rows: readonly MatrixRow[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (keys: ReadonlySet<string>) => void;
}

/** The table itself, of which only what is on the screen is there. Arrows go from row to row. */
export function MatrixGrid({ namespaces, rows, selected, onSelect }: MatrixGridProps) {
  const t = useTranslate();
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const toggle = (key: string): void => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    onSelect(next);
  };
  const areAll = rows.length > 0 && rows.every(({ key }) => selected.has(key));
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = Number((event.target as HTMLElement).closest('[data-row]')?.getAttribute('data-row') ?? -1);
    if (step === undefined || at < 0) return;
    event.preventDefault();
    const next = Math.min(Math.max(at + step, 0), rows.length - 1);
    virtual.scrollToIndex(next);
    const focus = (): void => box.current?.querySelector<HTMLElement>(`[data-row="${next}"] input`)?.focus();
    focus();
    requestAnimationFrame(focus); // a row that was not there before
  };
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const width = namespaces.length + 2;
  return (
    <div className="matrix" ref={box}>
      <table
        className="matrix-table"
        style={{ minWidth: 240 + namespaces.length * 150 }}
        aria-label={t('navMatrix')}
        aria-rowcount={rows.length + 1}
        onKeyDown={move}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th className="matrix-check">
              <input
                type="checkbox"
                aria-label={t('selectAll')}
                checked={areAll}
                onChange={() => onSelect(areAll ? new Set() : new Set(rows.map(({ key }) => key)))}
              />
            </th>
            <th scope="col">{t('key')}</th>
            {namespaces.map((name) => (
              <th key={name} scope="col" title={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <Gap height={above} columns={width} />}
          {items.map(({ index }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <tr
                key={row.key}
                className={selected.has(row.key) ? 'selected' : ''}
                aria-rowindex={index + 2}
                data-row={index}
              >
                <td className="matrix-check">
                  <input
                    type="checkbox"
                    aria-label={t('selectKey', { key: row.key })}
                    checked={selected.has(row.key)}
                    onChange={() => toggle(row.key)}
                  />
                </td>
                <th scope="row" className="mono" title={row.key}>
                  {row.key}
                </th>
                {row.cells.map((cell, at) => (
                  <Cell key={namespaces[at]} namespace={namespaces[at] ?? ''} name={row.key} cell={cell} />
                ))}
              </tr>
            );
          })}
          {below > 0 && <Gap height={below} columns={width} />}
        </tbody>
      </table>
      {rows.length === 0 && <p className="matrix-none muted">{t('nothingFits')}</p>}
    </div>
  );
}

/** The place of rows that are not on the screen. */
function Gap({ height, columns }: { height: number; columns: number }) {
  return (
    <tr className="matrix-spacer">
      <td colSpan={columns} className="matrix-gap" style={{ height }} />
    </tr>
  );
}

function Cell({
  namespace,
  name,
  cell: { entry, state },
}: {
  namespace: string;
  name: string;
  cell: MatrixRow['cells'][number];
}) {
  const t = useTranslate();
  if (entry === undefined) {
    return <td className="matrix-cell cell-missing">{t('matrixMissing')}</td>;
  }
  const shown = shownOf(entry);
  const text =
    shown.form === 'text' && !entry.secret
      ? briefJson(shown.text.slice(0, 300))
      : shown.form === 'binary'
        ? t('bytes', { count: entry.value.length })
        : '••••••';
  return (
    <td className={`matrix-cell cell-${state}`}>
      <Link to={keysPlace(namespace, name)} className="mono" title={text}>
        {text}
      </Link>
      {state === 'different' && <span className="hidden">{t('matrixDifferent')}</span>}
    </td>
  );
}
