import { useState } from 'react';
import { getEntry, setEntry } from '../../../api/calls.ts';
import { useTranslate } from '../../../i18n/translate.ts';
import { queries, useEntry } from '../../../state/queries.ts';
import { Button } from '../../../ui/button.tsx';
import { Field, Segments } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ErrorNote, Note } from '../../../ui/note.tsx';
import { Age } from '../../../ui/time.tsx';
import { toast } from '../../../ui/toasts.tsx';
import type { DialogCommon } from './common.ts';

const units = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;
type Unit = keyof typeof units | 'never';

/** Says when a key goes by itself: a new version with the same value. */
export default function ExpiryDialog({ namespace, name, onClose }: DialogCommon & { name: string }) {
  const t = useTranslate();
  const { data: entry } = useEntry(namespace, name);
  const [amount, setAmount] = useState('1');
  const [unit, setUnit] = useState<Unit>('days');
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const number = Number(amount);
  const isFine = unit === 'never' || (Number.isFinite(number) && number > 0 && number <= 1_000_000);

  const save = async (): Promise<void> => {
    if (!isFine || isBusy) return;
    setBusy(true);
    setError(undefined);
    try {
      const { value, codec, version } = await getEntry(namespace, name, { reveal: entry?.secret ?? false });
      const ttlMs = unit === 'never' ? 0 : Math.round(number * units[unit]);
      const saved = await setEntry({
        namespace,
        key: name,
        value,
        codec,
        ifVersion: version,
        ttlMs,
        requestId: crypto.randomUUID(),
      });
      if (!saved.secret) queries.setQueryData(['entry', namespace, name, 0], saved);
      onClose();
      toast({ text: t(unit === 'never' ? 'expiryCleared' : 'expirySet'), look: 'good' });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('setExpiry')}
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" disabled={!isFine || isBusy}>
            {t('save')}
          </Button>
        </>
      }
    >
      {entry?.expiresAt !== undefined && (
        <Note look="warn">
          {t('expires')} <Age at={entry.expiresAt} />
        </Note>
      )}
      <Segments<Unit>
        label={t('unit')}
        value={unit}
        options={[
          ['minutes', t('minutes')],
          ['hours', t('hours')],
          ['days', t('days')],
          ['never', t('never')],
        ]}
        onChange={setUnit}
      />
      {unit !== 'never' && (
        <Field label={t('expireIn')} hint={t('expiryHint')} error={isFine ? undefined : t('positiveNumber')}>
          {(control) => (
            <input
              {...control}
              type="number"
              min="0"
              step="any"
              value={amount}
              onChange={(event) => setAmount(event.target.value)}
            />
          )}
        </Field>
      )}
      {error !== undefined && <ErrorNote error={error} />}
    </Dialog>
  );
}
