import { ConfigError } from '@cfg/core';
import { maxInt32, wholeNumber } from '@cfg/core/store';
import { ConfigServiceDefinition } from '@cfg/proto';
import type { CallView } from '../call.js';
import type { Stage } from '../middleware/stage.js';
import { type ClientOptions, clientNames } from './client-name.js';

export interface WatchLimitOptions extends ClientOptions {
  /** Watches of one client at a time. Default 10,000; at least 1. */
  readonly maxWatches?: number | undefined;
}

/** A stage that counts the watches of each client. */
export interface WatchLimit extends Stage {
  /** How many were refused. */
  readonly refused: number;
}

/**
 * Refuses a client's further watches while it has as many as it may: RESOURCE_EXHAUSTED. With a `client` other than `host`
 * it belongs after authentication. Throws `invalid_argument`, naming the option.
 *
 * @example
 * createConfigService(store, { guard, stages: { outer: [watchLimit({ maxWatches: 100 })] } });
 */
export function watchLimit(options: WatchLimitOptions = {}): WatchLimit {
  const most = wholeNumber('maxWatches', options.maxWatches ?? 10_000, 1, maxInt32);
  const clientOf = clientNames(options);
  const counts = new Map<string, number>();
  const counted = new WeakMap<CallView, string>();
  let refused = 0;
  return {
    get refused() {
      return refused;
    },
    enter(call) {
      if (call.method !== ConfigServiceDefinition.watch.path) return;
      const client = clientOf(call);
      const count = counts.get(client) ?? 0;
      if (count >= most) {
        refused += 1;
        throw new ConfigError('resource_exhausted', `too many watches of one client (max ${most})`);
      }
      counts.set(client, count + 1);
      counted.set(call, client);
    },
    leave(call) {
      if (call.method !== ConfigServiceDefinition.watch.path) return;
      const client = counted.get(call);
      if (client === undefined) return;
      const count = counts.get(client) ?? 0;
      if (count > 1) counts.set(client, count - 1);
      else counts.delete(client);
    },
  };
}
