import { useQuery } from '@tanstack/react-query';
import { Copy, Download } from 'lucide-react';
import { useState } from 'react';
import { getEntry, listAll } from '../../api/calls.ts';
import type { Entry } from '../../api/types.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { saveText } from '../../log/save-text.ts';
import { useParameters } from '../../state/location.ts';
import { useAccess } from '../../state/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Check, Segments } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote, Note } from '../../ui/note.tsx';
import { toast } from '../../ui/toasts.tsx';
import { type ExportFormat, exportFormats, exportText } from './export-text.ts';

export interface ExportDialogProps {
  readonly namespace: string;
  /** Undefined: all. */
  readonly keys: readonly string[] | undefined;
  readonly onClose: () => void;
}

const shownLength = 20_000;

/** Keys as a text, to copy or to keep: as they are now, or at the revision that is on the screen. */
export default function ExportDialog({ namespace, keys, onClose }: ExportDialogProps) {
  const t = useTranslate();
  const { rev } = useParameters();
  const revision = Number(rev ?? 0) || 0;
  const { canReveal = true } = useAccess(namespace);
  const [format, setFormat] = useState<ExportFormat>('json');
  const [reveals, setReveals] = useState(false);
  const { data, error } = useQuery({
    queryKey: ['export', namespace, keys, revision, format, reveals],
    queryFn: async ({ signal }) => {
      const wanted = keys && new Set(keys);
      const all = await listAll(namespace, { atRevision: revision }, { signal });
      const chosen = all.filter(({ key }) => wanted === undefined || wanted.has(key));
      const secrets = chosen.filter(({ secret, masked }) => secret || masked).length;
      const told = reveals
        ? await Promise.all(chosen.map((entry) => shownValue(entry, revision, signal)))
        : chosen.filter(({ secret, masked }) => !secret && !masked);
      return { ...(await exportText(told, format)), count: told.length, secrets };
    },
    gcTime: 0, // it may hold secrets
    staleTime: 0,
  });
  const text = data?.text ?? '';
  const save = (): void => saveText(`${namespace.replace(/[^\w.-]/g, '-')}.${format}`, text);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => toast({ text: t('exportCopied'), look: 'good' }),
      () => toast({ text: t('exportNotCopied'), look: 'bad' }),
    );
  };
  return (
    <Dialog
      title={t('exportTitle', { namespace })}
      size="wide"
      onClose={onClose}
      onSubmit={save}
      actions={
        <>
          <Button icon={<Copy size={15} />} disabled={!data} onClick={copy}>
            {t('exportCopy')}
          </Button>
          <Button look="primary" type="submit" icon={<Download size={15} />} disabled={!data}>
            {t('exportSave')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <div className="row">
          <Segments
            label={t('importFormat')}
            value={format}
            options={exportFormats.map((each) => [each, each === 'env' ? '.env' : each.toUpperCase()] as const)}
            onChange={setFormat}
          />
          {canReveal && (data?.secrets ?? 0) > 0 && (
            <Check
              label={t('exportSecrets', { count: data?.secrets ?? 0 })}
              checked={reveals}
              onChange={(event) => setReveals(event.target.checked)}
            />
          )}
          <span className="muted" role="status">
            {data && t('exportCount', { count: data.count })}
          </span>
        </div>
        {error && <ErrorNote error={error} />}
        {data && data.leftOut.length > 0 && (
          <Note look="warn">
            {t('exportLeftOut', { keys: data.leftOut.slice(0, 10).join(', '), count: data.leftOut.length })}
          </Note>
        )}
        <textarea
          className="mono export-text"
          aria-label={t('exportText')}
          readOnly
          rows={14}
          value={text.length > shownLength ? `${text.slice(0, shownLength)}\n…` : text}
        />
      </div>
    </Dialog>
  );
}

/** With the value, which the server may have kept back. */
const shownValue = (entry: Entry, revision: number, signal: AbortSignal): Entry | Promise<Entry> =>
  entry.masked ? getEntry(entry.namespace, entry.key, { reveal: true, revision, signal }) : entry;
