import type { CodecRegistry } from '../codecs/registry.js';
import type { Change } from '../contract/change.js';
import { Value } from '../value/value.js';
import type { KeyState } from './key-states.js';

interface ChangeOfKey {
  readonly key: string;
  /** The change's place in the store's log; 0 where it has none. */
  readonly revision: number;
  /** Who made the change, as the service knows them, and why; empty where that is not known. */
  readonly author: string;
  readonly comment: string;
  /** Further changes of the same write follow in the namespace: some of them perhaps of keys that were not asked for. */
  readonly more: boolean;
}

/** A change of a key, as apps see it. */
export type KeyChange =
  | (ChangeOfKey & { readonly type: 'set'; readonly value: Value })
  | (ChangeOfKey & { readonly type: 'delete'; readonly value?: undefined });

/** The change of a key that an event of a watch tells. */
export function keyChange({ type, entry, revision, more }: Change, codecs: CodecRegistry): KeyChange {
  const { key, author, comment } = entry;
  const change = { key, revision, author, comment, more };
  if (type === 'delete') return { ...change, type };
  return { ...change, type: 'set', value: Value.fromEntry(entry, { codecs }) };
}

/** The change that led to a state of the key. `more` is false: a state does not tell. */
export function keyChangeOf(key: string, state: KeyState | undefined, codecs: CodecRegistry): KeyChange {
  const { author = '', comment = '' } = state?.entry ?? {};
  const change = { key, revision: state?.revision ?? 0, author, comment, more: false };
  const value = state?.value(codecs);
  return value === undefined ? { ...change, type: 'delete' } : { ...change, type: 'set', value };
}
