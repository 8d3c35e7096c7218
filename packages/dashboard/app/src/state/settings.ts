// The memory of this browser of its user: no more than convenience, never data.
import { createStore, type Store } from './store.ts';

export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  readonly language: 'en' | 'de';
  readonly utc: boolean;
  readonly view: 'tree' | 'list';
  readonly listWidth: number;
  readonly favourites: readonly string[];
  readonly recents: readonly string[];
}

const storageKey = 'cfg-settings';
const maxRecents = 8;

const defaults = (): Settings => ({
  theme: 'system',
  language: navigator.language.startsWith('de') ? 'de' : 'en',
  utc: false,
  view: 'tree',
  listWidth: 380,
  favourites: [],
  recents: [],
});

const oneOf = <T>(value: unknown, allowed: readonly T[], otherwise: T): T =>
  allowed.find((each) => each === value) ?? otherwise;
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];

/** The stored settings may be of an older page, or anybody's: each field is checked. */
export function readSettings(text: string | null, otherwise: Settings): Settings {
  let stored: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    if (typeof parsed === 'object' && parsed !== null) stored = { ...parsed };
  } catch {
    // as good as none
  }
  return {
    theme: oneOf(stored.theme, ['system', 'light', 'dark'], otherwise.theme),
    language: oneOf(stored.language, ['en', 'de'], otherwise.language),
    utc: stored.utc === true,
    view: oneOf(stored.view, ['tree', 'list'], otherwise.view),
    listWidth:
      typeof stored.listWidth === 'number' && Number.isFinite(stored.listWidth)
        ? Math.min(Math.max(stored.listWidth, 240), 900)
        : otherwise.listWidth,
    favourites: texts(stored.favourites),
    recents: texts(stored.recents).slice(0, maxRecents),
  };
}

function load(): Settings {
  try {
    return readSettings(localStorage.getItem(storageKey), defaults());
  } catch {
    return defaults(); // storage is forbidden
  }
}

export const settings: Store<Settings> = createStore(load());

export function changeSettings(changes: Partial<Settings>): void {
  settings.update((now) => ({ ...now, ...changes }));
  try {
    localStorage.setItem(storageKey, JSON.stringify(settings.get()));
  } catch {
    // lasts as long as the page
  }
}

export function remember(namespace: string): void {
  const others = settings.get().recents.filter((each) => each !== namespace);
  if (settings.get().recents[0] === namespace) return;
  changeSettings({ recents: [namespace, ...others].slice(0, maxRecents) });
}

export function toggleFavourite(namespace: string): void {
  const { favourites } = settings.get();
  const without = favourites.filter((each) => each !== namespace);
  changeSettings({ favourites: without.length < favourites.length ? without : [...favourites, namespace] });
}
