import { locale, useTranslate } from '../../i18n/translate.ts';
import { callRows, type Measured } from './metrics.ts';

/** How often each method is called, how long it takes, and how often it fails. */
export function CallTable({ now, before }: { now: Measured; before: Measured | undefined }) {
  const t = useTranslate();
  const number = (value: number | undefined, digits = 0): string =>
    value?.toLocaleString(locale(), { maximumFractionDigits: digits }) ?? '…';
  const rows = callRows(now, before);
  if (rows.length === 0) return <p className="muted">{t('statusSince')}</p>;
  return (
    <section className="stack">
      <h2>{t('statusCalls')}</h2>
      <div className="scroll-x">
        <table className="table status-calls">
          <thead>
            <tr>
              <th scope="col">{t('statusMethod')}</th>
              <th scope="col">{t('statusPerSecond')}</th>
              <th scope="col">{t('statusMean')}</th>
              <th scope="col">{t('statusUnderWay')}</th>
              <th scope="col">{t('statusTotal')}</th>
              <th scope="col">{t('statusFailed')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ method, perSecond, meanMs, underWay, total, failed }) => (
              <tr key={method}>
                <th scope="row">{method}</th>
                <td>{number(perSecond, 1)}</td>
                <td>{meanMs === undefined ? '–' : `${number(meanMs, 1)} ms`}</td>
                <td>{number(underWay)}</td>
                <td>{number(total)}</td>
                <td className={failed > 0 ? 'status-failed' : ''}>{number(failed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted">{t('statusSince')}</p>
    </section>
  );
}
