import { ConfigOperationsDefinition, ConfigServiceDefinition } from '@cfg/proto';
import { connectivityState } from '@grpc/grpc-js';
import { createClient } from 'nice-grpc';
import { openChannel } from './channel/open-channel.js';
import type { Clients } from './clients.js';
import type { Settings } from './options.js';

/** What a connection is made of. */
export interface Transport extends Clients {
  /** Tells every change of whether there is a connection, until `close()`. One in process has none to tell. */
  follow?(tell: (link: Link) => void): void;
  close(): void;
}

export type Link = 'up' | 'connecting' | 'down';

/** Opens a channel to `address`, which connects in the background. Throws as {@link openChannel}. */
export function remoteTransport(address: string, { retry, ...settings }: Settings): Transport {
  const channel = openChannel(address, {
    ...settings,
    channelOptions: {
      // Left alone, a channel waits up to two minutes before it tries again.
      'grpc.initial_reconnect_backoff_ms': retry.initialBackoffMs,
      'grpc.max_reconnect_backoff_ms': retry.maxBackoffMs,
      // Stores do not share connections: closing one, or its credentials, must not concern another.
      'grpc.use_local_subchannel_pool': 1,
      ...settings.channelOptions,
    },
  });
  let closed = false;

  return {
    client: createClient(ConfigServiceDefinition, channel),
    operations: createClient(ConfigOperationsDefinition, channel),
    follow(tell) {
      const next = (last: connectivityState): void => {
        channel.watchConnectivityState(last, Number.POSITIVE_INFINITY, () => {
          if (closed) return;
          // Asking for a connection keeps an idle channel from staying without one until the next call.
          const state = channel.getConnectivityState(true);
          tell(links[state] ?? 'down');
          if (!closed) next(state);
        });
      };
      const first = channel.getConnectivityState(true);
      tell(links[first] ?? 'down');
      next(first);
    },
    close() {
      closed = true;
      channel.close();
    },
  };
}

const links: { readonly [state: number]: Link } = {
  [connectivityState.READY]: 'up',
  [connectivityState.CONNECTING]: 'connecting',
};
