import { Copy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Entry } from '../../api/types.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { useAliases } from '../../state/queries.ts';
import { IconButton } from '../../ui/button.tsx';
import { Segments } from '../../ui/controls.tsx';
import { Age, Time } from '../../ui/time.tsx';
import { copyText } from './copy-text.ts';
import { asCfg, asCurl, asTypeScript } from './snippets.ts';

const forms = { curl: asCurl, cfg: asCfg, TypeScript: asTypeScript } as const;
type Form = keyof typeof forms;

/** All that is known of a key beside its value, and how others get at it. */
export function KeyFacts({ entry }: { entry: Entry }) {
  const t = useTranslate();
  const { data: aliases = [] } = useAliases();
  const [form, setForm] = useState<Form>('curl');
  const pointing = aliases.filter(({ target }) => target === entry.key);
  const snippet = forms[form](entry);
  return (
    <aside className="facts" aria-label={t('details')}>
      <dl>
        <Fact name={t('updatedAt')}>
          <Time at={entry.updatedAt} />
          {entry.author && ` · ${entry.author}`}
        </Fact>
        {entry.comment && <Fact name={t('comment')}>{entry.comment}</Fact>}
        <Fact name={t('createdAt')}>
          <Time at={entry.createdAt} />
        </Fact>
        <Fact name={t('expires')}>{entry.expiresAt === undefined ? t('never') : <Age at={entry.expiresAt} />}</Fact>
        <Fact name={t('revision')}>{entry.revision.toLocaleString()}</Fact>
        {!entry.masked && <Fact name={t('size')}>{t('bytes', { count: entry.value.length })}</Fact>}
        <Fact name={t('navAliases')}>
          {pointing.length === 0 ? (
            t('none')
          ) : (
            <span className="mono">{pointing.map(({ alias }) => alias).join(', ')}</span>
          )}
        </Fact>
      </dl>
      <div className="use-it">
        <div className="row">
          <Segments
            label={t('useIt')}
            value={form}
            options={[
              ['curl', 'curl'],
              ['cfg', 'cfg'],
              ['TypeScript', 'TypeScript'],
            ]}
            onChange={setForm}
          />
          <IconButton label={t('copyAs', { form })} onClick={() => void copyText(snippet)}>
            <Copy size={16} />
          </IconButton>
        </div>
        <code className="snippet">{snippet}</code>
      </div>
    </aside>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
