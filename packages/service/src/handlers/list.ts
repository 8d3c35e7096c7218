import { ConfigError } from '@cfg/core';
import { type ListRequest, ListResponse } from '@cfg/proto';
import { requireFeature, requireNamespace, requireNotNegative, resource } from '../checks.js';
import type { Environment } from '../environment.js';
import { entriesAnswer } from '../page.js';
import { type Handler, storeOptions } from './handler.js';

export function listHandler({ store, authorizer, encoder, settings }: Environment): Handler<ListRequest, ListResponse> {
  const most = settings.maxSnapshotEntries;
  return async (request, call) => {
    const { namespace, prefix, limit, cursor, includeDeleted } = request;
    requireNamespace(request);
    requireNotNegative('limit', limit);
    const asking = authorizer.authorize(call, 'list', resource(namespace, '', prefix));
    if (asking !== undefined) await asking;
    requireFeature(store, 'tombstones', 'include_deleted', includeDeleted);
    const query = { prefix, cursor, includeDeleted, limit: pageLimit(limit, most) };
    const { entries, nextCursor, revision, logId = '' } = await store.find(namespace, query, storeOptions(call));
    if (limit === 0) requireWhole(nextCursor, most);
    return entriesAnswer(encoder, ListResponse, entries, { nextCursor, revision, logId });
  };
}

/** How many entries to ask the store for: without a limit, as many as an answer may have. */
export const pageLimit = (limit: number, most: number): number => (limit === 0 ? most : Math.min(limit, most));

/** A caller without a limit expects everything: throws `resource_exhausted` rather than cut it. */
export function requireWhole(nextCursor: string, most: number): void {
  if (nextCursor === '') return;
  throw new ConfigError('resource_exhausted', `there are more than ${most} entries; ask for pages with a limit`);
}
