import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useTranslate } from '../i18n/translate.ts';
import type { ChangeKind } from '../live/change.ts';
import { keysPlace } from '../state/place.ts';
import { Badge } from '../ui/controls.tsx';
import { Link } from '../ui/link.tsx';
import { Age } from '../ui/time.tsx';
import type { LogRecord } from './log-record.ts';
import './log.css';

const rowHeight = 46;
const looks: Readonly<Record<ChangeKind, 'good' | 'bad' | 'accent'>> = {
  set: 'accent',
  delete: 'bad',
  alias_set: 'good',
  alias_delete: 'bad',
};

/** Who wrote what, newest first. Only what is on the screen is there. */
export function LogTable({ label, records }: { label: string; records: readonly LogRecord[] }) {
  const t = useTranslate();
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: records.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => records[index]?.id ?? index,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div className="log" ref={box}>
      <table className="log-table" aria-label={label} aria-rowcount={records.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" className="log-when">
              {t('logWhen')}
            </th>
            <th scope="col" className="log-what">
              {t('logWhat')}
            </th>
            <th scope="col">{t('key')}</th>
            <th scope="col">{t('logValue')}</th>
            <th scope="col" className="log-who">
              {t('logWho')}
            </th>
          </tr>
        </thead>
        <tbody>
          {above > 0 && <Gap height={above} />}
          {items.map(({ index }) => {
            const record = records[index];
            return record && <Row key={record.id} record={record} index={index} />;
          })}
          {below > 0 && <Gap height={below} />}
        </tbody>
      </table>
    </div>
  );
}

function Row({ record, index }: { record: LogRecord; index: number }) {
  const t = useTranslate();
  const { kind, at, revision, namespace, key, version, author, comment, text } = record;
  const isAlias = kind.startsWith('alias');
  return (
    <tr aria-rowindex={index + 2}>
      <td className="log-when">
        <Age at={at} short />
        <span className="muted log-revision"> · {revision.toLocaleString()}</span>
      </td>
      <td className="log-what">
        <Badge look={looks[kind]}>{t(`log_${kind}`)}</Badge>
      </td>
      <td className="log-key">
        {isAlias ? (
          <Link className="mono" to={{ screen: 'aliases', parameters: { q: key } }}>
            {key}
          </Link>
        ) : (
          <Link className="mono" to={keysPlace(namespace, key, { tab: 'history' })} title={key}>
            {key}
          </Link>
        )}
        <span className="muted">
          {namespace} {version > 0 && !isAlias && `· ${t('versionNumber', { version })}`}
        </span>
      </td>
      <td className="mono log-text" title={text}>
        {isAlias && text !== undefined && '→ '}
        {text}
      </td>
      <td className="log-who">
        <b>{author || '–'}</b>
        {comment && (
          <span className="muted" title={comment}>
            {comment}
          </span>
        )}
      </td>
    </tr>
  );
}

function Gap({ height }: { height: number }) {
  return (
    <tr>
      <td colSpan={5} className="log-gap" style={{ height }} />
    </tr>
  );
}
