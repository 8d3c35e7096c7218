import { useState } from 'react';
import { DiffView } from '../../editor/diff-view.tsx';
import { useTranslate } from '../../i18n/translate.ts';
import { Button } from '../../ui/button.tsx';
import { Badge, Check } from '../../ui/controls.tsx';
import { sideOf } from '../keys/side-of.ts';
import type { KeyDifference } from './differences.ts';

const firstShown = 200;
const looks = { added: 'good', changed: 'accent', removed: 'bad' } as const;

export interface DifferenceListProps {
  readonly differences: readonly KeyDifference[];
  readonly revision: number;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: ((keys: ReadonlySet<string>) => void) | undefined;
}

/** The changes since then: then left, now right. */
export function DifferenceList({ differences, revision, selected, onSelect }: DifferenceListProps) {
  const t = useTranslate();
  const [shown, setShown] = useState(firstShown);
  const areAll = differences.every(({ key }) => selected.has(key));
  const toggle = (key: string): void => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    onSelect?.(next);
  };
  return (
    <div className="difference-list">
      {onSelect && (
        <Check
          label={t('selectAll')}
          checked={areAll}
          onChange={() => onSelect(areAll ? new Set() : new Set(differences.map(({ key }) => key)))}
        />
      )}
      <ul>
        {differences.slice(0, shown).map((difference) => (
          <li key={difference.key} className="difference">
            {onSelect && (
              <input
                type="checkbox"
                aria-label={t('selectKey', { key: difference.key })}
                checked={selected.has(difference.key)}
                onChange={() => toggle(difference.key)}
              />
            )}
            <DifferenceView difference={difference} revision={revision} />
          </li>
        ))}
      </ul>
      {differences.length > shown && (
        <Button onClick={() => setShown(shown + 500)}>{t('showMore', { count: differences.length - shown })}</Button>
      )}
    </div>
  );
}

function DifferenceView({
  difference: { key, kind, past, now },
  revision,
}: {
  difference: KeyDifference;
  revision: number;
}) {
  const t = useTranslate();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="grow" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Badge look={looks[kind]}>{t(`history_${kind}`)}</Badge>
        <span className="mono difference-key">{key}</span>
      </summary>
      {isOpen && (
        <DiffView
          left={{ ...sideOf(past, t), title: t('revisionNumber', { revision }) }}
          right={{ ...sideOf(now, t), title: t('now') }}
        />
      )}
    </details>
  );
}
