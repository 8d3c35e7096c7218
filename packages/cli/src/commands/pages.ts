import type { Entry, Query } from '@cfg/core';
import type { Session } from '../program/session.js';

const pageSize = 1_000;

export interface PagesOptions {
  /** Default: no limit. */
  readonly limit?: number | undefined;
  /** Default: the session's. */
  readonly namespace?: string | undefined;
}

/**
 * The entries that the query finds, page by page; none of them empty. All are of one moment if the query names a
 * revision; else each page is of its own.
 */
export async function* pages(
  session: Session,
  query: Omit<Query, 'limit' | 'cursor'>,
  { limit = Number.POSITIVE_INFINITY, namespace = session.namespace }: PagesOptions = {},
): AsyncGenerator<readonly Entry[], void, undefined> {
  const { signal } = session;
  const store = await session.connect();
  let cursor = '';
  let left = limit;
  do {
    const page = await store.find(namespace, { ...query, limit: Math.min(left, pageSize), cursor }, { signal });
    if (page.entries.length > 0) yield page.entries;
    left -= page.entries.length;
    cursor = page.nextCursor;
  } while (cursor !== '' && left > 0);
}
