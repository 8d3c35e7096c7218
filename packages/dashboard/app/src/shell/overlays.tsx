import { go, place } from '../state/location.ts';
import { changeSettings, settings } from '../state/settings.ts';
import { useStore } from '../state/store.ts';
import { useCommands } from './commands.ts';
import { overlay } from './overlay-state.ts';
import { Palette } from './palette.tsx';
import { Sheet } from './sheet.tsx';

const themes = { system: 'light', light: 'dark', dark: 'system' } as const;

/** The namespace that is on the screen, or the one that was last. */
function namespace(): string {
  const now = place.get();
  return 'namespace' in now ? now.namespace : (settings.get().recents[0] ?? '');
}

const inNamespace = (screen: 'keys' | 'history' | 'import') => (): void => {
  const name = namespace();
  if (name === '') go({ screen: 'home', parameters: {} });
  else if (screen === 'keys') go({ screen, namespace: name, key: '', parameters: {} });
  else go({ screen, namespace: name, parameters: {} });
};

const to = (screen: 'home' | 'matrix' | 'events' | 'aliases' | 'audit' | 'status' | 'changes') => (): void =>
  go({ screen, parameters: {} });

/** The commands that work everywhere, and what they open. */
export function Overlays() {
  const open = useStore(overlay);
  useCommands([
    {
      id: 'palette',
      title: 'commandPalette',
      group: 'groupView',
      keys: 'mod+k',
      inFields: true,
      hidden: true,
      run: () => overlay.set('palette'),
    },
    { id: 'sheet', title: 'keyboard', group: 'groupView', keys: '?', run: () => overlay.set('sheet') },
    { id: 'switcher', title: 'switchNamespace', group: 'groupGo', keys: 'g n', run: () => overlay.set('switcher') },
    { id: 'home', title: 'navHome', group: 'groupGo', keys: 'g h', run: to('home') },
    { id: 'keys', title: 'navKeys', group: 'groupGo', keys: 'g k', run: inNamespace('keys') },
    { id: 'history', title: 'navHistory', group: 'groupGo', keys: 'g t', run: inNamespace('history') },
    { id: 'import', title: 'navImport', group: 'groupGo', keys: 'g i', run: inNamespace('import') },
    { id: 'matrix', title: 'navMatrix', group: 'groupGo', keys: 'g m', run: to('matrix') },
    { id: 'events', title: 'navEvents', group: 'groupGo', keys: 'g e', run: to('events') },
    { id: 'aliases', title: 'navAliases', group: 'groupGo', keys: 'g a', run: to('aliases') },
    { id: 'audit', title: 'navAudit', group: 'groupGo', keys: 'g u', run: to('audit') },
    { id: 'status', title: 'navStatus', group: 'groupGo', keys: 'g s', run: to('status') },
    { id: 'changes', title: 'navChanges', group: 'groupGo', keys: 'g c', run: to('changes') },
    {
      id: 'theme',
      title: 'commandTheme',
      group: 'groupView',
      run: () => changeSettings({ theme: themes[settings.get().theme] }),
    },
    { id: 'utc', title: 'commandUtc', group: 'groupView', run: () => changeSettings({ utc: !settings.get().utc }) },
  ]);
  return (
    <>
      {open === 'palette' && <Palette />}
      {open === 'sheet' && <Sheet />}
    </>
  );
}
