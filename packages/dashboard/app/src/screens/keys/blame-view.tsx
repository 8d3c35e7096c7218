import { useEffect, useState } from 'react';
import type { Entry } from '../../api/types.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { Age } from '../../ui/time.tsx';
import { shownOf } from '../../value/language.ts';
import { blameOf, type ShownBlame } from '../../value/tools.ts';

/** Each part of a value, with the version that it comes from: who made it so, when and why. */
export function BlameView({ versions, hasMore }: { versions: readonly Entry[]; hasMore: boolean }) {
  const t = useTranslate();
  const [parts, setParts] = useState<readonly ShownBlame[]>();
  useEffect(() => {
    let isCurrent = true;
    const read = versions.map((version) => {
      const shown = shownOf(version);
      return version.deleted || shown.form !== 'text' ? undefined : ([shown.language, shown.text] as const);
    });
    void blameOf(read).then((found) => {
      if (isCurrent) setParts(found);
    });
    return () => {
      isCurrent = false;
    };
  }, [versions]);
  if (parts === undefined) return <div className="loading" aria-busy="true" />;
  if (parts.length === 0) return <p className="muted">{t('blameNone')}</p>;
  return (
    <div className="scroll-x blame-frame">
      <table className="table blame">
        <thead>
          <tr>
            <th scope="col">{t('diffPath')}</th>
            <th scope="col">{t('tabValue')}</th>
            <th scope="col">{t('blameSince')}</th>
          </tr>
        </thead>
        <tbody>
          {parts.map(({ path, value, from }) => (
            <tr key={path}>
              <th scope="row" className="mono">
                {path || t('diffWhole')}
              </th>
              <td>
                <pre>{value}</pre>
              </td>
              <Origin version={versions[from]} isEarliest={hasMore && from === versions.length - 1} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Origin({ version, isEarliest }: { version: Entry | undefined; isEarliest: boolean }) {
  const t = useTranslate();
  if (version === undefined) return <td />;
  return (
    <td className="blame-origin">
      <span>
        {isEarliest ? t('blameBefore', { version: version.version }) : t('versionNumber', { version: version.version })}
        <span className="muted">
          {version.author && ` · ${version.author}`} · <Age at={version.updatedAt} />
        </span>
      </span>
      {version.comment && <q>{version.comment}</q>}
    </td>
  );
}
