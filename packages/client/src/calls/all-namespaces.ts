import type { NamespacePage, NamespaceQuery } from '@cfg/core';
import type { ListNamespacesRequest, ListNamespacesResponse } from '@cfg/proto';
import { wireLimit } from './request.js';

/** The server's largest page. */
const pageSize = 500;

/** The namespaces, page after page, up to the query's limit. */
export async function allNamespaces(
  query: NamespaceQuery,
  list: (request: ListNamespacesRequest) => Promise<ListNamespacesResponse>,
): Promise<NamespacePage> {
  const { prefix = '' } = query;
  const most = wireLimit(query) || Number.POSITIVE_INFINITY;
  const namespaces: string[] = [];
  let nextCursor = query.cursor ?? '';
  do {
    const limit = Math.min(most - namespaces.length, pageSize);
    const page = await list({ prefix, limit, cursor: nextCursor });
    namespaces.push(...page.namespaces);
    // A page without any is the end, whatever its cursor says.
    nextCursor = page.namespaces.length > 0 ? page.nextCursor : '';
  } while (nextCursor !== '' && namespaces.length < most);
  return { namespaces, nextCursor };
}
