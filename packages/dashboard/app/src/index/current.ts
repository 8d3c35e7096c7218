import { createStore, type Store } from '../state/store.ts';
import type { KeyIndex } from './key-index.ts';

/** The list of keys that is on the screen, for who needs names of keys beside it. */
export const currentIndex: Store<KeyIndex | undefined> = createStore<KeyIndex | undefined>(undefined);
