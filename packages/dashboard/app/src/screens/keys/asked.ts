import { createStore, type Store } from '../../state/store.ts';

/** The dialog that is open over the keys. */
export type Asked =
  | { readonly kind: 'create'; readonly from?: string | undefined }
  | { readonly kind: 'move'; readonly key: string }
  | { readonly kind: 'expiry'; readonly key: string }
  | { readonly kind: 'delete'; readonly keys: readonly string[] }
  | { readonly kind: 'copy'; readonly keys: readonly string[] }
  | { readonly kind: 'export'; readonly keys: readonly string[] }
  | { readonly kind: 'alias'; readonly key: string };

export const asked: Store<Asked | undefined> = createStore<Asked | undefined>(undefined);

export const ask = (question: Asked): void => asked.set(question);
export const answer = (): void => asked.set(undefined);
