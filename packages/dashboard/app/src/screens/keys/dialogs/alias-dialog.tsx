import { useState } from 'react';
import { setAlias } from '../../../api/calls.ts';
import { useTranslate } from '../../../i18n/translate.ts';
import { queries } from '../../../state/queries.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ErrorNote } from '../../../ui/note.tsx';
import { toast } from '../../../ui/toasts.tsx';
import { complaintAbout, type DialogCommon } from './common.ts';

/** Gives a key a second name. */
export default function AliasDialog({ name: target, onClose }: DialogCommon & { name: string }) {
  const t = useTranslate();
  const [name, setName] = useState('');
  const [error, setError] = useState<unknown>();
  const alias = name.trim();
  const complaint = alias === target ? t('aliasSelf') : complaintAbout(alias, t);
  const save = async (): Promise<void> => {
    if (alias === '' || complaint !== undefined) return;
    try {
      await setAlias(alias, target);
      void queries.invalidateQueries({ queryKey: ['aliases'] });
      onClose();
      toast({ text: t('aliasSet', { alias, target }), look: 'good' });
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog
      title={t('addAlias')}
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" disabled={alias === '' || complaint !== undefined}>
            {t('addAlias')}
          </Button>
        </>
      }
    >
      <Field label={t('aliasName')} hint={t('aliasHint', { target })} error={complaint}>
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
      {error !== undefined && <ErrorNote error={error} />}
    </Dialog>
  );
}
