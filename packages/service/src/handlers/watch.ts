import type { WatchRequest } from '@cfg/proto';
import type { Call } from '../call.js';
import { requireFeature, requireNotNegative, resource } from '../checks.js';
import type { Environment } from '../environment.js';
import { invalidArgument } from '../status.js';
import { type Opened, type OpenWatch, WatchStream } from '../watch-stream.js';

export function watchHandler(environment: Environment): (request: WatchRequest, call: Call) => WatchStream {
  const open = opening(environment);
  return (request, call) => new WatchStream(open, request, call, environment);
}

function opening({ store, authorizer, settings }: Environment): OpenWatch {
  return async (request, call, signal): Promise<Opened> => {
    const { namespaces, prefixes, startRevision, logId, progress } = request;
    requireFewer('namespaces', namespaces, settings.maxWatchFilters);
    requireFewer('prefixes', prefixes, settings.maxWatchFilters);
    requireNotNegative('start_revision', startRevision);
    for (const one of resourcesOf(request)) {
      const asking = authorizer.authorize(call, 'watch', one);
      if (asking !== undefined) await asking;
    }
    requireFeature(store, 'revisions', 'start_revision', startRevision !== undefined);
    requireFeature(store, 'revisions', 'progress', progress);
    const showsAliases = await authorizer.allows(call, 'list', resource(''));
    const stream = store.watch({ namespaces, prefixes }, { startRevision, logId, progress, signal });
    return { stream, showsAliases };
  };
}

/** Everything that the watch would show, each part of which the caller must be allowed. */
function* resourcesOf({ namespaces, prefixes }: WatchRequest): Generator<ReturnType<typeof resource>> {
  const below = prefixes.length > 0 ? new Set(prefixes) : [''];
  for (const namespace of namespaces.length > 0 ? new Set(namespaces) : ['']) {
    for (const prefix of below) yield resource(namespace, '', prefix);
  }
}

function requireFewer(what: string, filters: readonly string[], most: number): void {
  if (filters.length > most) throw invalidArgument(`too many ${what} (max ${most}, got ${filters.length})`);
}
