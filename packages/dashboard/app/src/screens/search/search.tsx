import { useQuery } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import { useEffect, useState } from 'react';
import { search } from '../../api/calls.ts';
import { isApiError } from '../../api/error.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { setParameters, useParameters } from '../../state/location.ts';
import { keysPlace } from '../../state/place.ts';
import { Badge } from '../../ui/controls.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Link } from '../../ui/link.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { Age } from '../../ui/time.tsx';
import { briefJson } from '../../value/format-json.ts';
import { shownOf } from '../../value/language.ts';

const most = 100;

/** Keys by text in their name or value, in every namespace that the caller may read. */
export default function Search() {
  const t = useTranslate();
  const { q = '' } = useParameters();
  const [text, setText] = useState(q);
  useEffect(() => {
    const timer = setTimeout(() => text !== q && setParameters({ q: text }, { replace: true }), 200);
    return () => clearTimeout(timer);
  }, [text, q]);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['search-all', q],
    queryFn: ({ signal }) => search(q, most, { signal }),
    enabled: q.trim().length >= 2,
    retry: false,
  });
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('searchTitle')}</h1>
        <input
          type="search"
          className="filter"
          aria-label={t('searchFor')}
          placeholder={t('searchFor')}
          value={text}
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
        <p role="status">
          {data && q.trim().length >= 2
            ? t(data.length === most ? 'searchFoundMore' : 'searchFound', { count: data.length })
            : t('searchHint')}
        </p>
      </header>
      {isFetching && <div className="loading" aria-busy="true" />}
      {error && isApiError(error, 'unsupported') ? (
        <Note look="warn">{t('searchUnsupported')}</Note>
      ) : (
        error && <ErrorNote error={error} onRetry={() => void refetch()} />
      )}
      {data?.length === 0 && <Empty icon={<SearchX size={28} />} title={t('searchNothing', { text: q })} />}
      {data && data.length > 0 && (
        <div className="scroll-x">
          <table className="table">
            <tbody>
              {data.map(({ entry, inKey, inValue }) => {
                const shown = shownOf(entry);
                return (
                  <tr key={`${entry.namespace}\n${entry.key}`}>
                    <td>
                      <Link className="mono" to={keysPlace(entry.namespace, entry.key)}>
                        <Marked text={entry.key} wanted={q} />
                      </Link>
                      <div className="muted">{entry.namespace}</div>
                    </td>
                    <td className="mono muted">
                      {shown.form === 'text' && !entry.secret ? (
                        <Marked text={excerpt(shown.text, q)} wanted={q} />
                      ) : (
                        '••••••'
                      )}
                    </td>
                    <td>
                      {inKey && <Badge>{t('inKey')}</Badge>} {inValue && <Badge>{t('inValue')}</Badge>}
                    </td>
                    <td className="muted">
                      <Age at={entry.updatedAt} short />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

/** The text around the first match. */
function excerpt(text: string, wanted: string): string {
  const at = text.toLowerCase().indexOf(wanted.toLowerCase());
  return briefJson(at > 40 ? `…${text.slice(at - 30, at + 60)}` : text.slice(0, 120));
}

function Marked({ text, wanted }: { text: string; wanted: string }) {
  const at = wanted === '' ? -1 : text.toLowerCase().indexOf(wanted.toLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + wanted.length)}</mark>
      {text.slice(at + wanted.length)}
    </>
  );
}
