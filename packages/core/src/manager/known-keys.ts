import { Change } from '../contract/change.js';
import { Entry } from '../contract/entry.js';

/** The identity of a key's state. */
interface Known {
  readonly version: number;
  readonly revision: number;
  readonly createdAtMs: number;
}

const nothing = new Uint8Array(0);

/** The keys that a watch has told, or that were there before: to tell what has changed where changes were missed. */
export class KnownKeys {
  readonly #keys = new Map<string, Known>();

  note({ type, entry }: Change): void {
    if (type === 'delete') this.#keys.delete(entry.key);
    else if (type === 'set') this.#keys.set(entry.key, knownOf(entry));
  }

  /** Whether the state that a change leads to is known already. */
  has({ type, entry, revision }: Change): boolean {
    const known = this.#keys.get(entry.key);
    if (known === undefined) return type === 'delete';
    if (known.revision > 0 && revision > 0) return revision <= known.revision;
    return type === 'set' && isSame(known, entry);
  }

  /** Takes what there is now. Returns the changes that lead there from what was known. */
  replace(namespace: string, entries: readonly Entry[]): Change[] {
    const changes: Change[] = [];
    const there = new Set(entries.map(({ key }) => key));
    for (const key of this.#keys.keys()) {
      if (!there.has(key)) changes.push(new Change('delete', gone(namespace, key), 0));
    }
    for (const entry of entries) {
      const known = this.#keys.get(entry.key);
      if (known === undefined || !isSame(known, entry)) changes.push(new Change('set', entry));
    }
    for (const change of changes) this.note(change);
    return changes;
  }
}

const knownOf = ({ version, revision, createdAtMs }: Entry): Known => ({ version, revision, createdAtMs });

const isSame = (known: Known, { version, revision, createdAtMs }: Entry): boolean =>
  known.version === version && known.revision === revision && known.createdAtMs === createdAtMs;

const gone = (namespace: string, key: string): Entry =>
  new Entry({
    ...{ namespace, key, bytes: nothing, codec: '', type: 'custom' },
    ...{ version: 0, createdAtMs: 0, updatedAtMs: 0, deleted: true },
  });
