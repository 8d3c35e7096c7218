import type { Change } from './change.js';
import { checkNamespace, checkPrefix } from './names.js';

/** Which changes a watcher wants. Empty or absent means all. Alias changes match every filter. */
export interface WatchFilter {
  readonly namespaces?: readonly string[];
  /** Key prefixes. */
  readonly prefixes?: readonly string[];
}

/** A filter, checked and without duplicates, that can be asked. */
export class ChangeFilter {
  /** `undefined`: all. */
  readonly namespaces: ReadonlySet<string> | undefined;
  readonly prefixes: readonly string[] | undefined;

  /** Throws `invalid_namespace` or `invalid_key` where a name could never match. */
  constructor(filter: WatchFilter = {}) {
    for (const namespace of filter.namespaces ?? []) checkNamespace(namespace);
    for (const prefix of filter.prefixes ?? []) checkPrefix(prefix);
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
