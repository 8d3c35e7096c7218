import { useState } from 'react';
import { toText } from '../api/bytes.ts';
import { type DiffSide, DiffView } from '../editor/diff-view.tsx';
import { type Translate, useTranslate } from '../i18n/translate.ts';
import { Badge } from '../ui/controls.tsx';
import { languageOf } from '../value/language.ts';
import type { NewValue, PlannedChange } from './planned-change.ts';

/** One change of several: old left, new right. */
export function PlannedChangeView({
  change: { key, old, next },
  isOpen: isOpenFirst,
  isRefused,
}: {
  change: PlannedChange;
  isOpen: boolean;
  isRefused: boolean;
}) {
  const t = useTranslate();
  const [isOpen, setOpen] = useState(isOpenFirst);
  const kind = next === undefined ? 'willDelete' : old === undefined ? 'willCreate' : 'willChange';
  const looks = { willDelete: 'bad', willCreate: 'good', willChange: 'accent' } as const;
  return (
    <details
      className={isRefused ? 'review-change refused' : 'review-change'}
      open={isOpen || isRefused}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <Badge look={looks[kind]}>{t(kind)}</Badge>
        <span className="mono review-key">{key}</span>
        {isRefused && <Badge look="bad">{t('refused')}</Badge>}
      </summary>
      {(isOpen || isRefused) && <DiffView left={oldSide(old, t)} right={newSide(next, t)} />}
    </details>
  );
}

const nothing = (t: Translate): DiffSide => ({ text: '', language: 'text', title: t('nothing') });

function oldSide(old: PlannedChange['old'], t: Translate): DiffSide {
  if (old === undefined) return nothing(t);
  const { value, codec, secret, masked } = old;
  return side({ value, codec, secret: secret || masked }, t('versionNumber', { version: old.version }), t);
}

const newSide = (next: NewValue | undefined, t: Translate): DiffSide =>
  next === undefined
    ? nothing(t)
    : side({ ...next, secret: next.secret || next.masked !== undefined }, t('newValue'), t);

function side({ value, codec, secret }: NewValue, title: string, t: Translate): DiffSide {
  if (secret) return { text: '••••••', language: 'text', title };
  const text = toText(value);
  if (text === undefined) return { text: t('bytes', { count: value.length }), language: 'text', title };
  return { text, language: languageOf(codec), title };
}
