import { useQuery } from '@tanstack/react-query';
import { CornerDownLeft, FileText, Folder, Search } from 'lucide-react';
import { type ReactNode, useDeferredValue, useEffect, useRef, useState } from 'react';
import { type Found, search } from '../api/calls.ts';
import { isApiError } from '../api/error.ts';
import { useTranslate } from '../i18n/translate.ts';
import { currentIndex } from '../index/current.ts';
import { go } from '../state/location.ts';
import { keysPlace } from '../state/place.ts';
import { useNamespaces } from '../state/queries.ts';
import { settings } from '../state/settings.ts';
import { useStore } from '../state/store.ts';
import { Keys } from '../ui/keys.tsx';
import { Listbox } from '../ui/listbox.tsx';
import { commands } from './commands.ts';
import { overlay } from './overlay-state.ts';
import { score } from './score.ts';

interface Choice {
  readonly id: string;
  readonly group: string;
  readonly icon: ReactNode;
  readonly text: string;
  readonly note?: string | undefined;
  readonly keys?: string | undefined;
  readonly run: () => void;
}

const perGroup = 8;

/** Everything by name: what can be done, namespaces, keys, and what the server finds in keys and values. */
export function Palette() {
  const t = useTranslate();
  const ref = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text.trim());
  const close = (): void => overlay.set(undefined);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const found = useFound(wanted);
  const choices = useChoices(wanted, found.data ?? []);
  const empty = found.isFetching ? t('searching') : t('paletteNothing');
  return (
    <dialog
      ref={ref}
      className="palette"
      aria-label={t('commandPalette')}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => {
        if (event.target === ref.current) close();
      }}
      onKeyDown={() => undefined}
    >
      <Listbox
        label={t('commandPalette')}
        placeholder={t('palettePlaceholder')}
        text={text}
        onText={setText}
        options={choices}
        isBehind={text.trim() !== wanted}
        empty={empty}
        heading={(choice, before) => (choice.group === before?.group ? undefined : choice.group)}
        onChoose={(choice) => {
          close();
          // After the dialog has given the focus back, so that what opens next keeps it.
          setTimeout(choice.run);
        }}
        render={({ icon, text: title, note, keys }) => (
          <>
            <span className="option-icon">{icon}</span>
            <span className="option-text">{title}</span>
            {note && <span className="option-note">{note}</span>}
            {keys && <Keys keys={keys} />}
          </>
        )}
      />
      {found.error && !isApiError(found.error, 'unsupported') && <p className="options-empty">{found.error.message}</p>}
    </dialog>
  );
}

/** The results of the server, once there are two characters and the typing has paused. */
function useFound(wanted: string) {
  const [settled, setSettled] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSettled(wanted), 180);
    return () => clearTimeout(timer);
  }, [wanted]);
  return useQuery({
    queryKey: ['search', settled],
    queryFn: ({ signal }) => search(settled, 20, { signal }),
    enabled: settled.length >= 2,
    staleTime: 5_000,
    retry: false,
  });
}

function useChoices(wanted: string, found: readonly Found[]): readonly Choice[] {
  const t = useTranslate();
  const { data: all = [] } = useNamespaces();
  const { recents } = useStore(settings);
  const actions = useStore(commands)
    .filter(({ hidden }) => !hidden)
    .map(
      (command): Choice => ({
        id: `command ${command.id}`,
        group: t('paletteActions'),
        icon: <CornerDownLeft size={15} />,
        text: t(command.title),
        keys: command.keys,
        run: command.run,
      }),
    );
  const namespaces = [...recents, ...all.filter((name) => !recents.includes(name))].map(
    (name): Choice => ({
      id: `namespace ${name}`,
      group: t('namespaces'),
      icon: <Folder size={15} />,
      text: name,
      run: () => go(keysPlace(name)),
    }),
  );
  const keys = keysOf(wanted).map(
    ({ namespace, key }): Choice => ({
      id: `key ${namespace} ${key}`,
      group: t('paletteKeys', { namespace }),
      icon: <FileText size={15} />,
      text: key,
      run: () => go(keysPlace(namespace, key)),
    }),
  );
  const known = new Set(keys.map(({ id }) => id));
  const hits = found
    .map(
      ({ entry, inKey }): Choice => ({
        id: `key ${entry.namespace} ${entry.key}`,
        group: t('paletteFound'),
        icon: <Search size={15} />,
        text: entry.key,
        note: inKey ? entry.namespace : t('inValueOf', { namespace: entry.namespace }),
        run: () => go(keysPlace(entry.namespace, entry.key)),
      }),
    )
    .filter(({ id }) => !known.has(id));
  if (wanted === '') return [...namespaces.slice(0, perGroup), ...actions];
  const everywhere: Choice = {
    id: 'search',
    group: t('paletteFound'),
    icon: <Search size={15} />,
    text: t('searchEverywhere', { text: wanted }),
    run: () => go({ screen: 'search', parameters: { q: wanted } }),
  };
  return [
    ...best(keys, wanted),
    ...best(namespaces, wanted),
    ...best(actions, wanted),
    // Those that come late come last, so that none moves under the cursor.
    everywhere,
    ...hits.slice(0, 20),
  ];
}

function best(choices: readonly Choice[], wanted: string): Choice[] {
  return choices
    .map((choice) => ({ choice, points: score(choice.text, wanted) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .slice(0, perGroup)
    .map(({ choice }) => choice);
}

/** Keys of the namespace on the screen that may fit: not more than can be scored between two key strokes. */
function keysOf(wanted: string): { namespace: string; key: string }[] {
  const index = currentIndex.get();
  if (index === undefined || wanted === '') return [];
  const words = wanted.toLowerCase().split(/\s+/);
  const fitting: { namespace: string; key: string }[] = [];
  for (const { key } of index.shown.get().infos) {
    const lower = key.toLowerCase();
    if (words.every((word) => lower.includes(word))) fitting.push({ namespace: index.options.namespace, key });
    if (fitting.length >= 500) break;
  }
  return fitting;
}
