import { Copy, Eye, EyeOff } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { hexLines, toText } from '../../api/bytes.ts';
import { getEntry } from '../../api/calls.ts';
import type { Entry } from '../../api/types.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { useAccess } from '../../state/queries.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Segments } from '../../ui/controls.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { formatJson } from '../../value/format-json.ts';
import { type Language, scalarOf, shownOf } from '../../value/language.ts';
import { copyText } from './copy-text.ts';

const CodeEditor = lazy(() => import('../../editor/code-editor.tsx'));

type Mode = 'pretty' | 'raw' | 'hex';

/** A value to read: laid out, as it is written, or byte by byte. */
export function ValuePanel({ entry }: { entry: Entry }) {
  if (entry.deleted) return null;
  return entry.secret ? <SecretValue entry={entry} /> : <PlainValue entry={entry} />;
}

function PlainValue({ entry }: { entry: Entry }) {
  const t = useTranslate();
  const [mode, setMode] = useState<Mode>('pretty');
  const shown = shownOf(entry);
  if (shown.form === 'masked') return <Note>{t('masked')}</Note>;
  const text = shown.form === 'text' ? shown.text : undefined;
  const language: Language = shown.form === 'text' ? shown.language : 'text';
  const canPretty = language === 'json' && text !== undefined;
  const scalar = text === undefined ? undefined : scalarOf(text, language);
  const now = text === undefined ? 'hex' : mode;
  return (
    <div className="value">
      <div className="value-tools">
        {text === undefined ? (
          <span className="muted">{t('binary')}</span>
        ) : (
          <Segments
            label={t('howToShow')}
            value={now}
            options={[
              ['pretty', t(canPretty ? 'pretty' : 'asText')],
              ...(canPretty ? ([['raw', t('raw')]] as const) : []),
              ['hex', t('hex')],
            ]}
            onChange={setMode}
          />
        )}
        {text !== undefined && (
          <IconButton label={t('copyValue')} onClick={() => void copyText(text)}>
            <Copy size={16} />
          </IconButton>
        )}
      </div>
      <div className="value-body">
        {now === 'hex' ? (
          <textarea className="hex" readOnly aria-label={t('hex')} value={hexLines(entry.value).join('\n')} />
        ) : scalar && now === 'pretty' ? (
          <p className={`scalar ${scalar.type} ${scalar.value.length > 60 ? 'long' : ''}`}>
            {scalar.value === '' ? <i className="muted">{t('emptyText')}</i> : scalar.value}
            <small>{t(`scalar_${scalar.type}`)}</small>
          </p>
        ) : (
          <Suspense fallback={<pre className="first-lines">{(text ?? '').slice(0, 4_000)}</pre>}>
            <CodeEditor
              key={`${language} ${entry.codec}`}
              label={t('valueOf', { key: entry.key })}
              text={now === 'pretty' && canPretty ? formatJson(text) : (text ?? '')}
              language={language}
            />
          </Suspense>
        )}
      </div>
    </div>
  );
}

/** How long a secret stays on the screen. */
const revealedMs = 30_000;

function SecretValue({ entry }: { entry: Entry }) {
  const t = useTranslate();
  const { canRead, canReveal = canRead } = useAccess(entry.namespace, entry.key);
  const [text, setText] = useState<string>();
  const [error, setError] = useState<unknown>();
  const { namespace, key, version } = entry;
  useEffect(() => {
    if (text === undefined) return;
    const timer = setTimeout(() => setText(undefined), revealedMs);
    return () => clearTimeout(timer);
  }, [text]);
  // Another version is another secret.
  useEffect(() => () => setText(undefined), [version]);

  /** Asks the server, which may record it. The answer is kept nowhere else. */
  const reveal = async (use: (text: string) => void): Promise<void> => {
    setError(undefined);
    try {
      const { value } = await getEntry(namespace, key, { reveal: true });
      use(toText(value) ?? hexLines(value).join('\n'));
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <div className="secret">
      <div className="secret-box">
        {text === undefined ? (
          <span role="img" aria-label={t('masked')}>
            ••••••••••••
          </span>
        ) : (
          <code>{text}</code>
        )}
        {text === undefined ? (
          <Button icon={<Eye size={16} />} disabled={!canReveal} onClick={() => void reveal(setText)}>
            {t('reveal')}
          </Button>
        ) : (
          <Button icon={<EyeOff size={16} />} onClick={() => setText(undefined)}>
            {t('hide')}
          </Button>
        )}
        <Button
          icon={<Copy size={16} />}
          disabled={!canReveal}
          onClick={() => void reveal((value) => void copyText(value))}
        >
          {t('copyHidden')}
        </Button>
      </div>
      <p className="muted">{t(canReveal ? 'secretHint' : 'secretForbidden')}</p>
      {error !== undefined && <ErrorNote error={error} />}
    </div>
  );
}
