import {
  type Entry,
  isConfigError,
  type NamespacePage,
  type NamespaceQuery,
  type Page,
  type Store,
  type Versioned,
} from '@cfg/core';
import type { ListNamespacesRequest, ListNamespacesResponse } from '@cfg/proto';
import { wireLimit } from './request.js';

/** Listings that take more than one call. */

/** How many keys are read at a time. */
const readsAtOnce = 32;

/** How many keys are read to find a namespace's last change. */
const smallPage = 32;

/** The server's largest page of namespaces. */
const namespacePage = 500;

/** Those of the keys that exist, in key order. */
export async function findKeys(
  store: Store & Versioned,
  namespace: string,
  keys: readonly string[],
  includeDeleted: boolean,
  signal: AbortSignal | undefined,
): Promise<Page> {
  const read = async (key: string): Promise<Entry | undefined> => {
    if (!includeDeleted) return store.get(namespace, key, { signal });
    return (await store.versions(namespace, key, { limit: 1, includeDeleted }, { signal })).entries[0];
  };
  const sorted = [...new Set(keys)].sort();
  const entries: Entry[] = [];
  for (let i = 0; i < sorted.length; i += readsAtOnce) {
    const some = sorted.slice(i, i + readsAtOnce).map((key) => read(key).catch(absent));
    for (const entry of await Promise.all(some)) if (entry !== undefined) entries.push(entry);
  }
  return { entries, nextCursor: '' };
}

function absent(error: unknown): undefined {
  if (!isConfigError(error, 'not_found')) throw error;
}

/** Where a log is, and the last change of a namespace if that could be told. */
export interface LastChange extends Pick<Page, 'revision' | 'logId'> {
  readonly last?: number;
}

/** A namespace that fits one small page, deleted keys included, tells its last change. */
export async function lastChange(
  store: Store,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<LastChange> {
  const includeDeleted = store.features.has('tombstones');
  const limit = includeDeleted ? smallPage : 1;
  const { entries, nextCursor, ...page } = await store.find(namespace, { includeDeleted, limit }, { signal });
  if (!includeDeleted || nextCursor !== '') return page;
  return { ...page, last: Math.max(0, ...entries.map((entry) => entry.revision)) };
}

export async function allNamespaces(
  query: NamespaceQuery,
  list: (request: ListNamespacesRequest) => Promise<ListNamespacesResponse>,
): Promise<NamespacePage> {
  const { prefix = '' } = query;
  const most = wireLimit(query) || Number.POSITIVE_INFINITY;
  const namespaces: string[] = [];
  let nextCursor = query.cursor ?? '';
  do {
    const limit = Math.min(most - namespaces.length, namespacePage);
    const page = await list({ prefix, limit, cursor: nextCursor });
    namespaces.push(...page.namespaces);
    // A page without any is the end, whatever its cursor says.
    nextCursor = page.namespaces.length > 0 ? page.nextCursor : '';
  } while (nextCursor !== '' && namespaces.length < most);
  return { namespaces, nextCursor };
}
