import { CornerDownRight, Pencil, Plus, Signpost, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { deleteAlias, setAlias } from '../../api/calls.ts';
import type { Alias } from '../../api/types.ts';
import { useTranslate } from '../../i18n/translate.ts';
import { follow } from '../../live/live.ts';
import { useCommands } from '../../shell/commands.ts';
import { go, setParameters, useParameters } from '../../state/location.ts';
import { keysPlace } from '../../state/place.ts';
import { queries, useAliases, useNamespaces } from '../../state/queries.ts';
import { settings } from '../../state/settings.ts';
import { useStore } from '../../state/store.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { ErrorNote } from '../../ui/note.tsx';
import { Age } from '../../ui/time.tsx';
import { toast } from '../../ui/toasts.tsx';
import { AliasForm } from './alias-form.tsx';

const mostNamespaces = 30;

/** Second names of keys, in every namespace: made, followed, changed and deleted. */
export default function Aliases() {
  const t = useTranslate();
  const { q = '' } = useParameters();
  const { data, error, isPending, refetch } = useAliases();
  const [edited, setEdited] = useState<Pick<Alias, 'alias' | 'target'> | undefined>();
  useEffect(
    () =>
      follow({
        namespaces: [],
        onChange: ({ kind }) => kind.startsWith('alias') && void refetch(),
        onReset: () => void refetch(),
      }),
    [refetch],
  );
  useCommands([
    {
      id: 'new-alias',
      title: 'addAlias',
      group: 'groupEdit',
      keys: 'n',
      run: () => setEdited({ alias: '', target: '' }),
    },
  ]);
  const remove = async ({ alias, target }: Alias): Promise<void> => {
    try {
      await deleteAlias(alias);
      void refetch();
      const undo = { label: t('undo'), run: () => void setAlias(alias, target).then(() => refetch()) };
      toast({ text: t('aliasDeleted', { alias }), look: 'good', action: undo });
    } catch (failure) {
      toast({ text: failure instanceof Error ? failure.message : String(failure), look: 'bad' });
    }
  };
  const wanted = q.toLowerCase();
  const shown = (data ?? []).filter(
    ({ alias, target }) => alias.toLowerCase().includes(wanted) || target.toLowerCase().includes(wanted),
  );
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('navAliases')}</h1>
        <input
          type="search"
          className="filter"
          aria-label={t('aliasFilter')}
          placeholder={t('aliasFilter')}
          spellCheck={false}
          value={q}
          onChange={(event) => setParameters({ q: event.target.value }, { replace: true })}
        />
        <Button look="primary" icon={<Plus size={16} />} keys="n" onClick={() => setEdited({ alias: '', target: '' })}>
          {t('addAlias')}
        </Button>
        <p>{t('aliasText')}</p>
      </header>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {isPending && <div className="loading" aria-busy="true" />}
      {data?.length === 0 && (
        <Empty icon={<Signpost size={28} />} title={t('aliasNone')}>
          {t('aliasNoneText')}
        </Empty>
      )}
      {data && data.length > 0 && (
        <div className="scroll-x">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('aliasName')}</th>
                <th scope="col">{t('aliasTarget')}</th>
                <th scope="col">{t('aliasSince')}</th>
                <th scope="col">
                  <span className="hidden">{t('groupEdit')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((each) => (
                <tr key={each.alias}>
                  <th scope="row" className="mono">
                    {each.alias}
                  </th>
                  <td className="mono">{each.target}</td>
                  <td className="muted">{each.createdAt && <Age at={Date.parse(each.createdAt)} />}</td>
                  <td>
                    <div className="row">
                      <FollowMenu target={each.target} alias={each.alias} />
                      <IconButton label={t('aliasChange', { alias: each.alias })} onClick={() => setEdited(each)}>
                        <Pencil size={16} />
                      </IconButton>
                      <IconButton label={t('aliasDelete', { alias: each.alias })} onClick={() => void remove(each)}>
                        <Trash2 size={16} />
                      </IconButton>
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {shown.length === 0 && <p className="muted">{t('nothingFits')}</p>}
        </div>
      )}
      {edited && (
        <AliasForm
          edited={edited}
          onClose={() => setEdited(undefined)}
          onSaved={() => void queries.invalidateQueries({ queryKey: ['aliases'] })}
        />
      )}
    </div>
  );
}

/** An alias leads to its key in every namespace: which one is it to be? */
function FollowMenu({ alias, target }: { alias: string; target: string }) {
  const t = useTranslate();
  const { data = [] } = useNamespaces();
  const { favourites, recents } = useStore(settings);
  const names = [...new Set([...favourites, ...recents, ...data])].filter((name) => data.includes(name));
  return (
    <Menu
      trigger={
        <IconButton label={t('aliasFollow', { alias })}>
          <CornerDownRight size={16} />
        </IconButton>
      }
    >
      {names.slice(0, mostNamespaces).map((name) => (
        <MenuItem key={name} onSelect={() => go(keysPlace(name, target))}>
          {name}
        </MenuItem>
      ))}
    </Menu>
  );
}
