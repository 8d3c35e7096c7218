import { ConfigError, can } from '@cfg/core';
import { type GetVersionsRequest, GetVersionsResponse } from '@cfg/proto';
import { requireFeature, requireKey, requireNotNegative, resource } from '../checks.js';
import type { Environment } from '../environment.js';
import { entriesAnswer } from '../page.js';
import { type Handler, storeOptions } from './handler.js';
import { pageLimit, requireWhole } from './list.js';

export function versionsHandler({
  store,
  authorizer,
  encoder,
  settings,
}: Environment): Handler<GetVersionsRequest, GetVersionsResponse> {
  const most = settings.maxSnapshotEntries;
  return async (request, call) => {
    requireKey(request);
    const { namespace, key, version, limit, cursor, includeDeleted } = request;
    requireNotNegative('version', version);
    requireNotNegative('limit', limit);
    await authorizer.authorize(call, 'read', resource(namespace, key));
    if (!can(store, 'versions')) throw new ConfigError('versioning_not_supported', 'the store does not keep versions');
    requireFeature(store, 'tombstones', 'include_deleted', includeDeleted);
    const query = { version, cursor, includeDeleted, limit: pageLimit(limit, most) };
    const { entries, nextCursor } = await store.versions(namespace, key, query, storeOptions(call));
    if (limit === 0) requireWhole(nextCursor, most);
    return entriesAnswer(encoder, GetVersionsResponse, entries, {
      nextCursor,
      limit: version > 0 ? 1 : Math.min(limit, most),
    });
  };
}
