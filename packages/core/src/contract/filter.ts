import type { Change } from './change.js';
import { checkNamespace } from './names.js';

/** Which changes a watcher wants. Empty or absent means all. Alias changes match every filter. */
export interface WatchFilter {
  readonly namespaces?: readonly string[] | undefined;
  /** Key prefixes. One with characters that no key has matches nothing. */
  readonly prefixes?: readonly string[] | undefined;
}

/** A filter, checked and without duplicates, that can be asked. */
export class ChangeFilter {
  /** `undefined`: all. */
  readonly namespaces: ReadonlySet<string> | undefined;
  readonly prefixes: readonly string[] | undefined;

  /** Throws `invalid_namespace`. A prefix with characters that no key has matches nothing. */
  constructor(filter: WatchFilter = {}) {
    for (const namespace of filter.namespaces ?? []) checkNamespace(namespace);
    this.namespaces = filter.namespaces?.length ? new Set(filter.namespaces) : undefined;
    const prefixes = filter.prefixes?.includes('') ? [] : [...new Set(filter.prefixes ?? [])];
    this.prefixes = prefixes.length > 0 ? prefixes : undefined;
  }

  matches(change: Change): boolean {
    if (change.type === 'alias_set' || change.type === 'alias_delete') return true;
    const { namespace, key } = change.entry;
    if (this.namespaces !== undefined && !this.namespaces.has(namespace)) return false;
    return this.prefixes === undefined || this.prefixes.some((prefix) => key.startsWith(prefix));
  }
}
