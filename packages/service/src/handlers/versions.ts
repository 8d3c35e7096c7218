import { ConfigError, can } from '@cfg/core';
import { type GetVersionsRequest, GetVersionsResponse } from '@cfg/proto';
import { requireCapability, requireKey, requireNotNegative } from '../checks.js';
import { entriesAnswer } from '../entries-answer.js';
import type { Environment } from '../environment.js';
import { asked, type Handler, storeOptions } from './handler.js';
import { pageBounds, requireWhole } from './page-bounds.js';

export const versionsHandler = ({
  store,
  encoder,
  settings,
  reveals,
}: Environment): Handler<GetVersionsRequest, GetVersionsResponse> => ({
  asks(request) {
    requireKey(request);
    requireNotNegative('version', request.version);
    requireNotNegative('limit', request.limit);
    return [asked('read', request.namespace, request.key)];
  },
  async answer({ namespace, key, version, limit, cursor, includeDeleted }, call) {
    if (!can(store, 'versions')) throw new ConfigError('versioning_not_supported', 'the store does not keep versions');
    requireCapability(store, 'tombstones', 'include_deleted', includeDeleted);
    const bounds = pageBounds(settings, limit);
    const query = { version, cursor, includeDeleted, ...bounds };
    const { entries, nextCursor } = await store.versions(namespace, key, query, storeOptions(call));
    if (limit === 0) requireWhole(nextCursor, bounds);
    const used = version > 0 ? 1 : limit === 0 ? 0 : bounds.limit;
    const shown = await reveals.all(call, entries, { namespace, key });
    return entriesAnswer(encoder, GetVersionsResponse, shown, { nextCursor, limit: used });
  },
});
