import { type ListRequest, ListResponse } from '@cfg/proto';
import { requireCapability, requireNamespace, requireNotNegative } from '../checks.js';
import { entriesAnswer } from '../entries-answer.js';
import type { Environment } from '../environment.js';
import { asked, type Handler, storeOptions } from './handler.js';
import { pageBounds, requireWhole } from './page-bounds.js';

export const listHandler = ({
  store,
  encoder,
  settings,
  reveals,
}: Environment): Handler<ListRequest, ListResponse> => ({
  asks(request) {
    requireNamespace(request);
    requireNotNegative('limit', request.limit);
    requireNotNegative('at_revision', request.atRevision);
    return [asked('list', request.namespace, '', request.prefix)];
  },
  async answer({ namespace, prefix, limit, cursor, includeDeleted, atRevision }, call) {
    requireCapability(store, 'tombstones', 'include_deleted', includeDeleted);
    requireCapability(store, 'revisions', 'at_revision', atRevision !== 0);
    const bounds = pageBounds(settings, limit);
    const query = { prefix, cursor, includeDeleted, atRevision, ...bounds };
    const page = await store.find(namespace, query, storeOptions(call));
    if (limit === 0) requireWhole(page.nextCursor, bounds);
    const entries = await reveals.all(call, page.entries, { namespace, prefix });
    return entriesAnswer(encoder, ListResponse, entries, {
      nextCursor: page.nextCursor,
      revision: page.revision,
      logId: page.logId ?? '',
      namespaceRevision: page.namespaceRevision ?? 0,
      oldestRevision: page.oldestRevision ?? 0,
    });
  },
});
