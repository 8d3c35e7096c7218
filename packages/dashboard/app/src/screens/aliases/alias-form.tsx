import { useState } from 'react';
import { deleteAlias, setAlias } from '../../api/calls.ts';
import type { Alias } from '../../api/types.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { toast } from '../../ui/toasts.tsx';
import { complaintAbout } from '../keys/dialogs/common.ts';

/** Makes an alias, or lets one lead elsewhere. */
export function AliasForm({
  edited,
  onClose,
  onSaved,
}: {
  edited: Pick<Alias, 'alias' | 'target'>;
  onClose: () => void;
  onSaved: () => void;
}) {
  const t = useTranslate();
  const [name, setName] = useState(edited.alias);
  const [key, setKey] = useState(edited.target);
  const [error, setError] = useState<unknown>();
  const [alias, target] = [name.trim(), key.trim()];
  const isNew = edited.alias === '';
  const complaint = alias !== '' && alias === target ? t('aliasSelf') : complaintAbout(alias, t);
  const canSave = alias !== '' && target !== '' && complaint === undefined && complaintAbout(target, t) === undefined;
  const save = async (): Promise<void> => {
    if (!canSave) return;
    try {
      await (isNew ? setAlias(alias, target) : moveAlias(edited, target));
      onSaved();
      onClose();
      toast({ text: t('aliasSet', { alias, target }), look: 'good' });
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog
      title={isNew ? t('addAlias') : t('aliasChange', { alias })}
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" disabled={!canSave}>
            {t('save')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <Field label={t('aliasName')} error={complaint}>
          {(control) => (
            <input
              {...control}
              className="mono"
              spellCheck={false}
              readOnly={!isNew}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('aliasTarget')} hint={t('aliasTargetHint')} error={complaintAbout(target, t)}>
          {(control) => (
            <input
              {...control}
              className="mono"
              spellCheck={false}
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
        {error !== undefined && <ErrorNote error={error} />}
      </div>
    </Dialog>
  );
}

/** The server lets no alias be made twice. Where the second step fails, the first is taken back. */
async function moveAlias({ alias, target: before }: Pick<Alias, 'alias' | 'target'>, target: string): Promise<void> {
  await deleteAlias(alias);
  try {
    await setAlias(alias, target);
  } catch (error) {
    await setAlias(alias, before);
    throw error;
  }
}
