import { can, type NamespaceListing } from '@cfg/core';
import type { ListNamespacesRequest, ListNamespacesResponse } from '@cfg/proto';
import { requireNotNegative, resource } from '../checks.js';
import type { Environment } from '../environment.js';
import { StatsNamespaces } from '../stats-namespaces.js';
import { unsupported } from '../status.js';
import { type Handler, storeOptions } from './handler.js';
import { readable } from './readable.js';

export function namespacesHandler(environment: Environment): Handler<ListNamespacesRequest, ListNamespacesResponse> {
  const { authorizer, settings } = environment;
  const lister = listerOf(environment);
  return async ({ prefix, limit, cursor }, call) => {
    requireNotNegative('limit', limit);
    await authorizer.authorize(call, 'list', resource(''));
    if (lister === undefined) throw unsupported('the store does not list namespaces');
    const wanted = Math.min(limit || settings.namespacePageSize, settings.maxNamespacePageSize);
    const namespaces: string[] = [];
    let next = cursor;
    let left = settings.maxSnapshotEntries;
    // What the caller may not read is passed over, and the page filled by reading on; for a while, not for ever.
    do {
      const page = await lister.namespaces(
        { prefix, limit: wanted - namespaces.length, cursor: next },
        storeOptions(call),
      );
      namespaces.push(...(await readable(authorizer, call, page.namespaces, (namespace) => resource(namespace))));
      next = page.nextCursor;
      left -= page.namespaces.length;
    } while (next !== '' && namespaces.length < wanted && left > 0);
    return { namespaces, nextCursor: next };
  };
}

function listerOf({ store, settings }: Environment): NamespaceListing | undefined {
  if (can(store, 'namespaces')) return store;
  return can(store, 'stats') ? new StatsNamespaces(store, settings.statsCacheMs, settings.logger) : undefined;
}
