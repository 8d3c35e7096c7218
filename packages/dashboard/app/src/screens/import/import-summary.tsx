import type { ReactNode } from 'react';
import { useTranslate } from '../../i18n/translate.ts';
import { Badge } from '../../ui/controls.tsx';
import { Note } from '../../ui/note.tsx';
import type { ImportPlan } from './plan.ts';

const shown = 20;

/** The effect of an import in numbers, and the obstacles. */
export function ImportSummary({ plan, actions }: { plan: ImportPlan; actions: ReactNode }) {
  const t = useTranslate();
  const { changes, unchanged, refused, mapped } = plan;
  const made = changes.filter(({ old }) => old === undefined).length;
  const gone = changes.filter(({ next }) => next === undefined).length;
  return (
    <section className="import-summary" aria-label={t('importPreview')}>
      <div className="row" role="status">
        <Badge look="good">{t('importNew', { count: made })}</Badge>
        <Badge look="accent">{t('importChanged', { count: changes.length - made - gone })}</Badge>
        {gone > 0 && <Badge look="bad">{t('importDeleted', { count: gone })}</Badge>}
        <Badge>{t('importSame', { count: unchanged })}</Badge>
        <span className="grow" />
        {actions}
      </div>
      {refused.length > 0 && (
        <Note look="bad">
          <b>{t('importRefused', { count: refused.length })}</b>
          <ul>
            {refused.slice(0, shown).map(({ name, why }) => (
              <li key={name}>
                <code>{name}</code>: {why}
              </li>
            ))}
          </ul>
          {refused.length > shown && t('andMore', { count: refused.length - shown })}
        </Note>
      )}
      {mapped.length > 0 && (
        <Note>
          <b>{t('importMapped', { count: mapped.length })}</b>
          <ul>
            {mapped.slice(0, shown).map(({ name, key }) => (
              <li key={name}>
                <code>{name}</code> → <code>{key}</code>
              </li>
            ))}
          </ul>
        </Note>
      )}
    </section>
  );
}
