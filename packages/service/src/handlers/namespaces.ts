import { can, type NamespaceListing } from '@cfg/core';
import type { ListNamespacesRequest, ListNamespacesResponse } from '@cfg/proto';
import { requireNotNegative } from '../checks.js';
import type { Environment } from '../environment.js';
import { StatsNamespaces } from '../stats-namespaces.js';
import { unsupported } from '../status.js';
import { asked, type Handler, storeOptions } from './handler.js';
import { readable } from './readable.js';

export function namespacesHandler({
  store,
  settings,
}: Environment): Handler<ListNamespacesRequest, ListNamespacesResponse> {
  const byStats = new StatsNamespaces(store, settings.statsCacheMs, settings.logger);
  const lister = (): NamespaceListing => {
    if (can(store, 'namespaces')) return store;
    if (can(store, 'stats')) return byStats;
    throw unsupported('the store does not list namespaces');
  };
  return {
    asks({ limit }) {
      requireNotNegative('limit', limit);
      return [asked('list', '')];
    },
    async answer({ prefix, limit, cursor }, call) {
      const listing = lister();
      const wanted = Math.min(limit || settings.namespacePageSize, settings.maxNamespacePageSize);
      const namespaces: string[] = [];
      let next = cursor;
      let left = settings.maxSnapshotEntries;
      // Entries that the caller may not read are passed over, and the page is filled by reading on; for a while, not for ever.
      do {
        const query = { prefix, limit: wanted - namespaces.length, cursor: next };
        const page = await listing.namespaces(query, storeOptions(call));
        namespaces.push(...(await readable(call, page.namespaces, (namespace) => asked('read', namespace))));
        next = page.nextCursor;
        left -= page.namespaces.length;
      } while (next !== '' && namespaces.length < wanted && left > 0);
      return { namespaces, nextCursor: next };
    },
  };
}
