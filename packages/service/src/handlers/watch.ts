import type { Change } from '@cfg/core';
import type { Maybe } from '@cfg/core/store';
import type { WatchRequest, WatchResponse } from '@cfg/proto';
import type { Call } from '../call.js';
import { requireCapability, requireNotNegative } from '../checks.js';
import type { Environment } from '../environment.js';
import type { Asked } from '../guards/guard.js';
import { isPromise } from '../maybe.js';
import type { Reveals } from '../reveals.js';
import { invalidArgument } from '../status.js';
import { type OpenedWatch, WatchStream } from '../watch-stream.js';
import { asked, type StreamHandler } from './handler.js';

export function watchHandler(environment: Environment): StreamHandler<WatchRequest, WatchResponse> {
  const { store, settings, reveals } = environment;
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
        const stream = store.watch({ namespaces, prefixes }, { startRevision, logId, progress, signal, caller: call });
        return { stream, shows: shownTo(call, reveals, showsAliases, namespaces.length === 0) };
      });
    },
  };
}

/**
 * The part of a watch that the caller may see: alias changes only with `list`; of a watch on all namespaces, only what it may
 * read, as the guard says at each change; and a secret without its value, unless the caller may reveal it.
 */
function shownTo(call: Call, reveals: Reveals, showsAliases: boolean, isOnAll: boolean): OpenedWatch['shows'] {
  return (event) => {
    if (event.type === 'progress') return event;
    const isAlias = event.type === 'alias_set' || event.type === 'alias_delete';
    if (isAlias && !showsAliases) return undefined;
    if (!isOnAll) return reveals.change(call, event);
    const { namespace, key } = event.entry;
    const shown = (mayRead: boolean): Maybe<Change | undefined> => (mayRead ? reveals.change(call, event) : undefined);
    const mayRead = call.allows(asked('read', namespace, key));
    return isPromise(mayRead) ? mayRead.then(shown) : shown(mayRead);
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
