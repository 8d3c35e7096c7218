import type { WatchRequest, WatchResponse } from '@cfg/proto';
import { requireCapability, requireNotNegative } from '../checks.js';
import type { Environment } from '../environment.js';
import type { Asked } from '../guards/guard.js';
import { invalidArgument } from '../status.js';
import { WatchStream } from '../watch-stream.js';
import { asked, type StreamHandler } from './handler.js';

export function watchHandler(environment: Environment): StreamHandler<WatchRequest, WatchResponse> {
  const { store, settings } = environment;
  return {
    asks(request) {
      requireFewer('namespaces', request.namespaces, settings.maxWatchFilters);
      requireFewer('prefixes', request.prefixes, settings.maxWatchFilters);
      requireNotNegative('start_revision', request.startRevision);
      return partsOf(request);
    },
    answer({ namespaces, prefixes, startRevision, logId, progress }, call, authorize) {
      return new WatchStream(environment, call, async (signal) => {
        await authorize();
        requireCapability(store, 'revisions', 'start_revision', startRevision !== undefined);
        requireCapability(store, 'revisions', 'progress', progress);
        const showsAliases = await call.allows(asked('list', ''));
        const stream = store.watch({ namespaces, prefixes }, { startRevision, logId, progress, signal });
        return { stream, showsAliases };
      });
    },
  };
}

/** Everything that the watch would show, each part of which the caller must be allowed. */
function partsOf({ namespaces, prefixes }: WatchRequest): readonly Asked[] {
  const below = prefixes.length > 0 ? [...new Set(prefixes)] : [''];
  const within = namespaces.length > 0 ? [...new Set(namespaces)] : [''];
  return within.flatMap((namespace) => below.map((prefix) => asked('watch', namespace, '', prefix)));
}

function requireFewer(what: string, filters: readonly string[], most: number): void {
  if (filters.length > most) throw invalidArgument(`too many ${what} (max ${most}, got ${filters.length})`);
}
