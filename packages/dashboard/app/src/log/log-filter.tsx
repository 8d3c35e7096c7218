import { useId } from 'react';
import { useTranslate } from '../i18n/translate.ts';
import { setParameters, useParameters } from '../state/location.ts';
import { useNamespaces } from '../state/queries.ts';

const operations = ['set', 'delete', 'alias_set', 'alias_delete'] as const;

/** The filters that events and the audit share; they are in the address. */
export function LogFilterBar() {
  const t = useTranslate();
  const id = useId();
  const { ns = '', key = '', user = '', op = '' } = useParameters();
  const { data: namespaces = [] } = useNamespaces();
  const change = (name: 'ns' | 'key' | 'user' | 'op') => (event: { target: { value: string } }) =>
    setParameters({ [name]: event.target.value.trim() }, { replace: true });
  return (
    <>
      <input
        list={id}
        aria-label={t('logNamespace')}
        placeholder={t('logNamespace')}
        spellCheck={false}
        value={ns}
        onChange={change('ns')}
      />
      <datalist id={id}>
        {namespaces.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <input
        aria-label={t('logKey')}
        placeholder={t('logKey')}
        spellCheck={false}
        className="mono"
        value={key}
        onChange={change('key')}
      />
      <input
        aria-label={t('logUser')}
        placeholder={t('logUser')}
        spellCheck={false}
        value={user}
        onChange={change('user')}
      />
      <select aria-label={t('logWhat')} value={op} onChange={change('op')}>
        <option value="">{t('logAny')}</option>
        {operations.map((each) => (
          <option key={each} value={each}>
            {t(`log_${each}`)}
          </option>
        ))}
      </select>
    </>
  );
}
