import { X } from 'lucide-react';
import { useId } from 'react';
import { useTranslate } from '../../i18n/translate.ts';
import { useNamespaces } from '../../state/queries.ts';
import { IconButton } from '../../ui/button.tsx';

/** The namespaces that are compared, in order, and one more. */
export function NamespaceChooser({
  chosen,
  onChange,
}: {
  chosen: readonly string[];
  onChange: (names: readonly string[]) => void;
}) {
  const t = useTranslate();
  const id = useId();
  const { data = [] } = useNamespaces();
  const add = (name: string): boolean => {
    if (!data.includes(name) || chosen.includes(name)) return false;
    onChange([...chosen, name]);
    return true;
  };
  return (
    <div className="row matrix-chosen">
      {chosen.map((name) => (
        <span key={name} className="chip">
          {name}
          <IconButton
            label={t('matrixRemove', { namespace: name })}
            onClick={() => onChange(chosen.filter((each) => each !== name))}
          >
            <X size={14} />
          </IconButton>
        </span>
      ))}
      <input
        className="matrix-add"
        list={id}
        aria-label={t('matrixAdd')}
        placeholder={t('matrixAdd')}
        spellCheck={false}
        onChange={(event) => {
          if (add(event.target.value)) event.target.value = '';
        }}
      />
      <datalist id={id}>
        {data
          .filter((name) => !chosen.includes(name))
          .map((name) => (
            <option key={name} value={name} />
          ))}
      </datalist>
    </div>
  );
}
