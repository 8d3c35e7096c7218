import { Pencil, Undo2 } from 'lucide-react';
import { DiffView } from '../../editor/diff-view.tsx';
import { useTranslate } from '../../i18n/translate.ts';
import { type Draft, dropDraft, keepDraft } from '../../state/drafts.ts';
import { go } from '../../state/location.ts';
import { keysPlace } from '../../state/place.ts';
import { useEntry } from '../../state/queries.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Badge } from '../../ui/controls.tsx';
import { Note } from '../../ui/note.tsx';
import { languageOf } from '../../value/language.ts';

/** One change of a set: what it does to its key. */
export function StagedChange({ draft, isRefused }: { draft: Draft; isRefused: boolean }) {
  const t = useTranslate();
  const { namespace, key, kind, base, text, codec, secret } = draft;
  const { data: entry } = useEntry(namespace, key);
  const isBehind = entry !== undefined && entry.version !== base.version;
  const edit = (): void => {
    keepDraft({ ...draft, staged: false });
    go(keysPlace(namespace, key, { edit: '1' }));
  };
  const look = kind === 'delete' ? 'bad' : base.version === 0 ? 'good' : 'accent';
  return (
    <details className={isRefused ? 'staged refused' : 'staged'} open>
      <summary>
        <Badge look={look}>
          {t(kind === 'delete' ? 'willDelete' : base.version === 0 ? 'willCreate' : 'willChange')}
        </Badge>
        <span className="mono staged-key">{key}</span>
        {isRefused && <Badge look="bad">{t('refused')}</Badge>}
      </summary>
      <div className="staged-body">
        {isBehind && (
          <Note look="warn" actions={<Button onClick={edit}>{t('compareAndMerge')}</Button>}>
            {t('changedMeanwhile', { version: entry.version })}
          </Note>
        )}
        {secret ? (
          <Note>{t('secretReplaced')}</Note>
        ) : (
          <DiffView
            left={{
              text: base.text,
              language: languageOf(base.codec),
              title: base.version === 0 ? t('nothing') : t('versionNumber', { version: base.version }),
            }}
            right={
              kind === 'delete'
                ? { text: '', language: 'text', title: t('nothing') }
                : { text, language: languageOf(codec), title: t('yours') }
            }
          />
        )}
        <div className="row staged-actions">
          {kind === 'set' && (
            <IconButton label={t('edit')} onClick={edit}>
              <Pencil size={16} />
            </IconButton>
          )}
          <IconButton label={t('unstage')} onClick={() => dropDraft(draft)}>
            <Undo2 size={16} />
          </IconButton>
        </div>
      </div>
    </details>
  );
}
