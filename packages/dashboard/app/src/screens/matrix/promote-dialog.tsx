import { ArrowRight } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Entry } from '../../api/types.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { newValueOf, type PlannedChange } from '../../review/planned-change.ts';
import { ReviewDialog } from '../../review/review-dialog.tsx';
import type { NamespaceEntries } from '../../state/all-entries.ts';
import { useAccess } from '../../state/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Check, Field } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Note } from '../../ui/note.tsx';
import { sameValue } from './matrix-rows.ts';

export interface PromoteDialogProps {
  readonly columns: readonly NamespaceEntries[];
  readonly keys: readonly string[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** The writes to `to` that make the keys as they are in `from`. */
export function planPromotion(
  keys: readonly string[],
  from: ReadonlyMap<string, Entry>,
  to: ReadonlyMap<string, Entry>,
  deletes: boolean,
): readonly PlannedChange[] {
  return keys.flatMap((key): PlannedChange[] => {
    const [source, old] = [from.get(key), to.get(key)];
    if (source === undefined) return deletes && old !== undefined ? [{ key, old, next: undefined }] : [];
    if (old !== undefined && sameValue(source, old) === true) return [];
    return [{ key, old, next: newValueOf(source) }];
  });
}

/** Brings keys from one namespace to another: which, then what that changes, then all of it at once. */
export function PromoteDialog({ columns, keys, onClose, onDone }: PromoteDialogProps) {
  const t = useTranslate();
  const names = columns.map(({ namespace }) => namespace);
  const [from, setFrom] = useState(names[0] ?? '');
  const [to, setTo] = useState(names[1] ?? '');
  const [deletes, setDeletes] = useState(false);
  const [plan, setPlan] = useState<readonly PlannedChange[] | undefined>();
  const { canWrite, canDelete } = useAccess(to);
  const entriesOf = (name: string) => columns.find(({ namespace }) => namespace === name)?.entries;
  const [source, target] = [entriesOf(from), entriesOf(to)];
  const changes = useMemo(
    () => (source && target && from !== to ? planPromotion(keys, source, target, deletes) : []),
    [source, target, from, to, keys, deletes],
  );
  if (plan) {
    return (
      <ReviewDialog
        title={t('promoteTitle', { from, to })}
        namespace={to}
        changes={plan}
        comment={t('promoteComment', { from })}
        onClose={() => setPlan(undefined)}
        onDone={onDone}
      />
    );
  }
  const choice = (value: string, onChange: (name: string) => void, label: string) => (
    <Field label={label}>
      {(control) => (
        <select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
    </Field>
  );
  const canReview = changes.length > 0 && canWrite;
  return (
    <Dialog
      title={t('promoteCount', { count: keys.length })}
      onClose={onClose}
      onSubmit={() => canReview && setPlan(changes)}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" disabled={!canReview}>
            {t('promoteReview', { count: changes.length })}
          </Button>
        </>
      }
    >
      <div className="stack">
        <div className="row promote-way">
          {choice(from, setFrom, t('promoteFrom'))}
          <ArrowRight size={18} aria-hidden="true" />
          {choice(to, setTo, t('promoteTo'))}
        </div>
        <Check
          label={t('promoteDeletes', { from })}
          checked={deletes}
          disabled={!canDelete}
          onChange={(event) => setDeletes(event.target.checked)}
        />
        {!canWrite && <Note look="warn">{t('mayNotWrite', { namespace: to })}</Note>}
        <p className="muted" role="status">
          {from === to ? t('promoteSame') : t('promoteChanges', { count: changes.length, to })}
        </p>
      </div>
    </Dialog>
  );
}
