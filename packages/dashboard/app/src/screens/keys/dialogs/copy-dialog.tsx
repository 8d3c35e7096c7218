import { useState } from 'react';
import { batch, getEntry } from '../../../api/calls.ts';
import { isApiError } from '../../../api/error.ts';
import type { Operation } from '../../../api/types.ts';
import { useTranslate } from '../../../i18n/translate.ts';
import { go } from '../../../state/location.ts';
import { keysPlace } from '../../../state/place.ts';
import { useNamespaces } from '../../../state/queries.ts';
import { Button } from '../../../ui/button.tsx';
import { Check, Field } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ErrorNote } from '../../../ui/note.tsx';
import { toast } from '../../../ui/toasts.tsx';
import { clearSelection } from '../selection.ts';
import { complaintAbout, type DialogCommon } from './common.ts';

/** Copies keys to another namespace, or below another name, as one batch. */
export default function CopyDialog({ namespace, keys, onClose }: DialogCommon & { keys: readonly string[] }) {
  const t = useTranslate();
  const { data: namespaces = [] } = useNamespaces();
  const [target, setTarget] = useState(namespace);
  const [name, setName] = useState(keys.length === 1 ? `${keys[0]}-copy` : '');
  const [overwrite, setOverwrite] = useState(false);
  const [comment, setComment] = useState('');
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const [only] = keys;
  const isOne = keys.length === 1 && only !== undefined;
  const nameOf = (key: string): string => (isOne ? name.trim() : name.trim() + key);
  const complaint = complaintAbout(nameOf(only ?? ''), t);
  const isSame = target === namespace && keys.every((key) => nameOf(key) === key);
  const canCopy = target !== '' && nameOf(only ?? '') !== '' && complaint === undefined && !isSame && !isBusy;

  const copy = async (): Promise<void> => {
    if (!canCopy) return;
    setBusy(true);
    setError(undefined);
    try {
      const operations = await Promise.all(
        keys.map(async (key): Promise<Operation> => {
          const { value, codec } = await getEntry(namespace, key, { reveal: true });
          return { kind: 'set', key: nameOf(key), value, codec, ...(!overwrite && { ifVersion: 0 }) };
        }),
      );
      await batch(target, operations, { comment, requestId: crypto.randomUUID() });
      clearSelection();
      onClose();
      toast({
        text: t('copiedKeys', { count: keys.length, namespace: target }),
        look: 'good',
        action: { label: t('show'), run: () => go(keysPlace(target, isOne ? nameOf(only) : '')) },
      });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('copyTitle', { count: keys.length })}
      onClose={onClose}
      onSubmit={() => void copy()}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" disabled={!canCopy}>
            {t('copy')}
          </Button>
        </>
      }
    >
      <Field label={t('targetNamespace')}>
        {(control) => (
          <>
            <input
              {...control}
              list={`${control.id}-names`}
              value={target}
              onChange={(event) => setTarget(event.target.value.trim())}
            />
            <datalist id={`${control.id}-names`}>
              {namespaces.map((each) => (
                <option key={each} value={each} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field label={t(isOne ? 'newName' : 'newPrefix')} hint={isOne ? undefined : t('newPrefixHint')} error={complaint}>
        {(control) => (
          <input
            {...control}
            className="mono"
            value={name}
            spellCheck={false}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('comment')} hint={t('commentHint')}>
        {(control) => (
          <input {...control} value={comment} maxLength={1024} onChange={(event) => setComment(event.target.value)} />
        )}
      </Field>
      <Check label={t('overwrite')} checked={overwrite} onChange={(event) => setOverwrite(event.target.checked)} />
      {error !== undefined && <ErrorNote error={error} />}
      {isApiError(error, 'conflict') && <p className="muted">{t('copyExists')}</p>}
    </Dialog>
  );
}
