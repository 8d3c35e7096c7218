import { place } from '../state/location.ts';
import { createStore, type Store } from '../state/store.ts';

/** The layer above the screen. */
export type Overlay = 'palette' | 'sheet' | 'switcher' | undefined;

export const overlay: Store<Overlay> = createStore<Overlay>(undefined);

/** Whether the navigation is open where there is no room for it. */
export const navOpen: Store<boolean> = createStore(false);

export const toggleNav = (): void => navOpen.update((open) => !open);

place.subscribe(() => navOpen.set(false));
