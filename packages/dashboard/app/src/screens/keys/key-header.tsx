import { ArrowLeft, Clock, Copy, CopyPlus, Ellipsis, Link2, MoveRight, Pencil, Signpost, Trash2 } from 'lucide-react';
import type { Entry } from '../../api/types.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { useCommands } from '../../shell/commands.ts';
import { go, hrefOf, setParameters } from '../../state/location.ts';
import { keysPlace } from '../../state/place.ts';
import { useAccess, useAliases } from '../../state/queries.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Badge } from '../../ui/controls.tsx';
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx';
import { Age } from '../../ui/time.tsx';
import { ask } from './asked.ts';
import { copyText } from './copy-text.ts';
import { Presence } from './presence.tsx';

const icon = 16;

export function KeyHeader({ entry, isEditing, revision }: { entry: Entry; isEditing: boolean; revision: number }) {
  const t = useTranslate();
  const { namespace, key } = entry;
  const { canWrite, canDelete } = useAccess(namespace, key);
  const { data: aliases = [] } = useAliases();
  const pointing = aliases.filter(({ target }) => target === key);
  const isNow = revision === 0;
  useCommands(
    isNow && !isEditing
      ? [
          ...(canWrite
            ? ([
                {
                  id: 'edit',
                  title: 'edit',
                  group: 'groupKey',
                  keys: 'e',
                  run: () => setParameters({ edit: '1', tab: undefined }),
                },
                { id: 'move', title: 'renameKey', group: 'groupKey', keys: 'r', run: () => ask({ kind: 'move', key }) },
                { id: 'expiry', title: 'setExpiry', group: 'groupKey', run: () => ask({ kind: 'expiry', key }) },
              ] as const)
            : []),
          ...(canDelete
            ? ([
                {
                  id: 'delete',
                  title: 'deleteKey',
                  group: 'groupKey',
                  keys: 'd',
                  run: () => ask({ kind: 'delete', keys: [key] }),
                },
              ] as const)
            : []),
          {
            id: 'key-history',
            title: 'showHistory',
            group: 'groupKey',
            keys: 'h',
            run: () => setParameters({ tab: 'history' }),
          },
        ]
      : [],
  );
  return (
    <header className="key-head">
      <div className="key-title">
        <IconButton label={t('backToList')} className="back" onClick={() => go(keysPlace(namespace))}>
          <ArrowLeft size={18} />
        </IconButton>
        <h1 title={key}>
          {key.split('/').map((part, at, parts) => (
            // The parts of one key, in their order: the place is what tells them apart.
            <span key={parts.slice(0, at + 1).join('/')} className={at < parts.length - 1 ? 'key-folder' : ''}>
              {part}
              {at < parts.length - 1 && <i>/</i>}
            </span>
          ))}
        </h1>
        {!isEditing && (
          <div className="key-actions">
            {canWrite && isNow && (
              <Button
                look="primary"
                icon={<Pencil size={15} />}
                keys="e"
                onClick={() => setParameters({ edit: '1', tab: undefined })}
              >
                {t('edit')}
              </Button>
            )}
            <Menu
              trigger={
                <IconButton label={t('moreActions')}>
                  <Ellipsis size={18} />
                </IconButton>
              }
            >
              <MenuItem
                icon={<Link2 size={icon} />}
                onSelect={() => void copyText(new URL(hrefOf(keysPlace(namespace, key)), location.href).href)}
              >
                {t('copyLink')}
              </MenuItem>
              <MenuItem icon={<Copy size={icon} />} onSelect={() => void copyText(key)}>
                {t('copyKeyName')}
              </MenuItem>
              {isNow && canWrite && (
                <>
                  <MenuLine />
                  <MenuItem icon={<MoveRight size={icon} />} keys="r" onSelect={() => ask({ kind: 'move', key })}>
                    {t('renameKey')}
                  </MenuItem>
                  <MenuItem icon={<CopyPlus size={icon} />} onSelect={() => ask({ kind: 'copy', keys: [key] })}>
                    {t('copyTo')}
                  </MenuItem>
                  <MenuItem icon={<Clock size={icon} />} onSelect={() => ask({ kind: 'expiry', key })}>
                    {t('setExpiry')}
                  </MenuItem>
                  <MenuItem icon={<Signpost size={icon} />} onSelect={() => ask({ kind: 'alias', key })}>
                    {t('addAlias')}
                  </MenuItem>
                </>
              )}
              {isNow && canDelete && (
                <>
                  <MenuLine />
                  <MenuItem
                    danger
                    icon={<Trash2 size={icon} />}
                    keys="d"
                    onSelect={() => ask({ kind: 'delete', keys: [key] })}
                  >
                    {t('deleteKey')}
                  </MenuItem>
                </>
              )}
            </Menu>
          </div>
        )}
      </div>
      <div className="key-facts">
        <Badge look="accent">{entry.codec || 'json'}</Badge>
        <Badge>{t('versionNumber', { version: entry.version })}</Badge>
        {entry.expiresAt !== undefined && (
          <Badge look="warn">
            <Clock size={12} aria-hidden="true" /> {t('expires')} <Age at={entry.expiresAt} />
          </Badge>
        )}
        {pointing.map(({ alias }) => (
          <Badge key={alias}>
            <Signpost size={12} aria-hidden="true" /> {alias}
          </Badge>
        ))}
        {isNow && <Presence namespace={namespace} name={key} isEditing={isEditing} />}
        <span className="key-who">
          {entry.author ? t('changedBy', { author: entry.author }) : t('changed')} <Age at={entry.updatedAt} />
          {entry.comment && <q>{entry.comment}</q>}
        </span>
      </div>
    </header>
  );
}
