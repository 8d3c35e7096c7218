import { ChevronRight, Clock, FileText, Folder, FolderOpen, LockKeyhole, PencilLine } from 'lucide-react';
import { memo } from 'react';
import { useTranslate } from '../../i18n/translate.ts';
import type { KeyInfo } from '../../index/key-info.ts';
import { drafts, findDraft } from '../../state/drafts.ts';
import { useStore } from '../../state/store.ts';
import { Age } from '../../ui/time.tsx';

export interface KeyRowProps {
  readonly id: string;
  readonly top: number;
  readonly height: number;
  readonly info: KeyInfo;
  readonly namespace: string;
  readonly name: string;
  readonly folder: { readonly path: string; readonly count: number; readonly isOpen: boolean } | undefined;
  readonly depth: number;
  readonly isActive: boolean;
  readonly isCurrent: boolean;
  readonly isSelected: boolean;
  /** It was changed while the list was on the screen. */
  readonly isLive: boolean;
  readonly onAct: () => void;
  readonly onMark: () => void;
}

/** How long a change is said to be fresh. */
const freshMs = 4_000;

/** A key or a folder in the list: what it is called, who changed it last and when. */
export const KeyRow = memo(function KeyRow(props: KeyRowProps) {
  const { id, top, height, info, folder, name, depth, isActive, isCurrent, isSelected, isLive, onAct, onMark } = props;
  const isFresh = isLive && Date.now() - info.updatedAt < freshMs;
  const classes = [
    'tree-row',
    isActive && 'active',
    isCurrent && 'current',
    isSelected && 'selected',
    isFresh && 'fresh',
  ];
  return (
    // The tree itself has the focus and the keys.
    <div
      id={id}
      role="treeitem"
      tabIndex={-1}
      aria-level={depth + 1}
      aria-selected={isSelected}
      aria-current={isCurrent ? 'true' : undefined}
      aria-expanded={folder?.isOpen}
      className={classes.filter((each) => each !== false).join(' ')}
      style={{ transform: `translateY(${top}px)`, height }}
      onClick={(event) => (event.metaKey || event.ctrlKey || event.shiftKey ? onMark() : onAct())}
      onKeyDown={() => undefined}
    >
      <span
        className="mark"
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          onMark();
        }}
        onKeyDown={() => undefined}
      >
        {isSelected ? '✓' : ''}
      </span>
      <span className="indent" style={{ width: depth * 18 }} />
      {folder ? <FolderParts name={name} isOpen={folder.isOpen} count={folder.count} /> : <KeyParts {...props} />}
    </div>
  );
});

function FolderParts({ name, isOpen, count }: { name: string; isOpen: boolean; count: number }) {
  const Icon = isOpen ? FolderOpen : Folder;
  return (
    <>
      <ChevronRight size={14} className={isOpen ? 'chevron open' : 'chevron'} aria-hidden="true" />
      <Icon size={15} className="row-icon folder" aria-hidden="true" />
      <span className="row-name">{name.slice(0, -1)}</span>
      <span className="row-note">{count.toLocaleString()}</span>
    </>
  );
}

function KeyParts({ info, name, namespace }: KeyRowProps) {
  const t = useTranslate();
  const draft = findDraft(useStore(drafts), namespace, info.key);
  const Icon = info.secret ? LockKeyhole : FileText;
  return (
    <>
      <span className="chevron" />
      <Icon size={15} className="row-icon" aria-hidden="true" />
      <span
        className={info.deleted ? 'row-name deleted' : 'row-name'}
        title={info.comment ? `${info.key}\n“${info.comment}”` : info.key}
      >
        {name}
      </span>
      {info.deleted && <span className="row-tag">{t('deleted')}</span>}
      {draft && (
        <span className="row-tag draft">
          <PencilLine size={12} aria-hidden="true" />
          {t(draft.staged ? 'staged' : 'draft')}
        </span>
      )}
      {info.expiresAt !== undefined && <Clock size={13} className="row-icon" aria-label={t('expires')} />}
      <span className="row-note">
        {info.author && <span className="row-author">{info.author}</span>}
        <Age at={info.updatedAt} short />
      </span>
    </>
  );
}
