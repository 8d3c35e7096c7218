import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslate } from '../i18n/translate.ts';
import { setParameters, useParameters } from '../state/location.ts';
import { Segments } from '../ui/controls.tsx';
import { formatJson } from '../value/format-json.ts';
import type { Language } from '../value/language.ts';
import { type ShownDifference, semanticDiff } from '../value/tools.ts';
import './diff.css';

const TextDiff = lazy(() => import('./text-diff.tsx'));

export interface DiffSide {
  readonly text: string;
  readonly language: Language;
  /** Its label: "version 3", "yours". */
  readonly title: string;
}

/** The differences of two values: old left, new right. By meaning where both can be read, or by text. */
export function DiffView({ left, right }: { left: DiffSide; right: DiffSide }) {
  const t = useTranslate();
  const mode = useParameters().diff === 'text' ? 'text' : 'semantic';
  const [found, setFound] = useState<readonly ShownDifference[] | 'unread' | undefined>();
  const canMean = left.language !== 'text' && right.language !== 'text' && left.text !== '' && right.text !== '';
  useEffect(() => {
    let isCurrent = true;
    if (!canMean) setFound('unread');
    else {
      void semanticDiff([left.language, left.text], [right.language, right.text]).then((differences) => {
        if (isCurrent) setFound(differences ?? 'unread');
      });
    }
    return () => {
      isCurrent = false;
    };
  }, [left.language, left.text, right.language, right.text, canMean]);
  const isText = mode === 'text' || found === 'unread';
  return (
    <div className="diff">
      <div className="diff-head">
        <span className="diff-title">
          <b>{left.title}</b> → <b>{right.title}</b>
        </span>
        {found !== 'unread' && (
          <Segments
            label={t('diffMode')}
            value={mode}
            options={[
              ['semantic', t('diffSemantic')],
              ['text', t('diffText')],
            ]}
            onChange={(next) => setParameters({ diff: next === 'text' ? next : undefined }, { replace: true })}
          />
        )}
      </div>
      {isText ? (
        <Suspense fallback={<div className="loading" aria-busy="true" />}>
          <TextDiff
            left={laidOut(left)}
            right={laidOut(right)}
            leftTitle={left.title}
            rightTitle={right.title}
            language={right.text === '' ? left.language : right.language}
          />
        </Suspense>
      ) : (
        <Meaning differences={found} isSameText={left.text === right.text} />
      )}
    </div>
  );
}

/** JSON on both sides alike, so that only what it says differs. */
const laidOut = ({ text, language }: DiffSide): string => (language === 'json' ? formatJson(text) : text);

function Meaning({
  differences,
  isSameText,
}: {
  differences: readonly ShownDifference[] | undefined;
  isSameText: boolean;
}) {
  const t = useTranslate();
  if (differences === undefined) return <div className="loading" aria-busy="true" />;
  if (differences.length === 0) return <p className="diff-same">{t(isSameText ? 'diffSame' : 'diffSameMeaning')}</p>;
  return (
    <div className="scroll-x">
      <table className="table diff-table">
        <thead>
          <tr>
            <th>{t('diffPath')}</th>
            <th>{t('diffOld')}</th>
            <th>{t('diffNew')}</th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ path, kind, left, right }) => (
            <tr key={path} className={kind}>
              <th scope="row" className="mono">
                {path || t('diffWhole')}
              </th>
              <td>{left === undefined ? <i className="muted">{t('diffMissing')}</i> : <pre>{left}</pre>}</td>
              <td>{right === undefined ? <i className="muted">{t('diffMissing')}</i> : <pre>{right}</pre>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
