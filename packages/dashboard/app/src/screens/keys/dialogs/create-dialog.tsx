import { useState } from 'react';
import { useTranslate } from '../../../i18n/translate.ts';
import { keepDraft } from '../../../state/drafts.ts';
import { go } from '../../../state/location.ts';
import { keysPlace } from '../../../state/place.ts';
import { useCodecs } from '../../../state/queries.ts';
import { Button } from '../../../ui/button.tsx';
import { Field } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { draftOf } from '../draft-of.ts';
import { complaintAbout, type DialogCommon } from './common.ts';

const starts: Readonly<Record<string, string>> = { json: '{}', yaml: 'key: value\n', toml: 'key = "value"\n' };

/** Names a new key; its value is written in the editor. */
export default function CreateDialog({ namespace, index, from, onClose }: DialogCommon & { from: string }) {
  const t = useTranslate();
  const { data: codecs = ['json'] } = useCodecs();
  const [name, setName] = useState(from);
  const [codec, setCodec] = useState('json');
  const key = name.trim();
  const known = index.get(key);
  const complaint = known && !known.deleted ? t('keyExists') : complaintAbout(key, t);
  const create = (): void => {
    if (key === '' || complaint !== undefined) return;
    keepDraft({ ...draftOf(namespace, key, undefined), codec, text: starts[codec] ?? '', secret: codec === 'secret' });
    onClose();
    go(keysPlace(namespace, key, { edit: '1' }));
  };
  return (
    <Dialog
      title={t('newKey')}
      onClose={onClose}
      onSubmit={create}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" disabled={key === '' || complaint !== undefined}>
            {t('writeValue')}
          </Button>
        </>
      }
    >
      <Field label={t('keyName')} hint={t('keyNameHint')} error={complaint}>
        {(control) => (
          <input
            {...control}
            className="mono"
            value={name}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('codec')} hint={t('codecHint')}>
        {(control) => (
          <select {...control} value={codec} onChange={(event) => setCodec(event.target.value)}>
            {codecs.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        )}
      </Field>
    </Dialog>
  );
}
