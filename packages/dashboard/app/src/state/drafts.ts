// Edits that are not saved yet. They outlive the page, except those of secrets, which are kept in memory only.
import { del, entries, createStore as openDatabase, set, type UseStore } from 'idb-keyval';
import { createStore, type Store } from './store.ts';

/** The state of a key when the edit began. */
export interface DraftBase {
  /** 0: there was no such key. */
  readonly version: number;
  readonly text: string;
  readonly codec: string;
}

export interface Draft {
  readonly namespace: string;
  readonly key: string;
  readonly kind: 'set' | 'delete';
  readonly text: string;
  readonly codec: string;
  readonly base: DraftBase;
  readonly comment: string;
  /** How long from the save until the key expires, in milliseconds; 0: never; undefined: as it was. */
  readonly ttlMs: number | undefined;
  /** Part of the change set that is to be saved together. */
  readonly staged: boolean;
  readonly secret: boolean;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

export const drafts: Store<readonly Draft[]> = createStore<readonly Draft[]>([]);

export const draftId = ({ namespace, key }: Pick<Draft, 'namespace' | 'key'>): string => `${namespace}\n${key}`;

export const findDraft = (list: readonly Draft[], namespace: string, key: string): Draft | undefined =>
  list.find((draft) => draft.namespace === namespace && draft.key === key);

/** Whether anything would be written. */
export const isDirty = ({ kind, text, codec, base, ttlMs }: Draft): boolean =>
  kind === 'delete' || base.version === 0 || text !== base.text || codec !== base.codec || ttlMs !== undefined;

let database: UseStore | undefined;

/** Reads what an earlier page has left. Without a database, in a private window say, drafts last as long as the page. */
export async function loadDrafts(): Promise<void> {
  try {
    database = openDatabase('cfg-drafts', 'drafts');
    const stored = await entries<string, Draft>(database);
    const known = drafts.get();
    const fresh = stored.map(([, draft]) => draft).filter((draft) => !findDraft(known, draft.namespace, draft.key));
    drafts.set([...fresh, ...known]);
  } catch {
    database = undefined;
  }
}

function store(id: string, draft: Draft | undefined): void {
  if (database === undefined) return;
  const stored = draft === undefined || draft.secret ? del(id, database) : set(id, draft, database);
  stored.catch(() => undefined); // a full disk: the page still has it
}

export function keepDraft(draft: Draft): void {
  const id = draftId(draft);
  const others = drafts.get().filter((each) => draftId(each) !== id);
  drafts.set([...others, draft]);
  store(id, draft);
}

export function dropDraft(draft: Pick<Draft, 'namespace' | 'key'>): void {
  const id = draftId(draft);
  drafts.set(drafts.get().filter((each) => draftId(each) !== id));
  store(id, undefined);
}
