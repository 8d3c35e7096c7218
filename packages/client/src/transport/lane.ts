import { ConfigOperationsDefinition, ConfigServiceDefinition } from '@cfg/proto';
import { connectivityState } from '@grpc/grpc-js';
import { createClient } from 'nice-grpc';
import { openChannel } from '../channel/open-channel.js';
import type { Clients } from '../clients.js';
import { withMiddleware } from '../middleware/compose.js';
import { lifeline } from '../middleware/lifeline.js';
import type { Settings } from '../options.js';
import { pickAny } from './pick-any.js';
import type { Link } from './transport.js';

/** gRPC's own pings would end a connection to the Go original, which takes one in five minutes. See `heartbeat.ts`. */
const pingIntervalMs = 300_000;

/** A channel to one address, which connects in the background, and the clients over it. */
export class Lane {
  readonly address: string;
  readonly clients: Clients;
  /** Streams that are open, and those of them of which anything has come from the server. */
  streams = 0;
  begun = 0;
  readonly #channel: ReturnType<typeof openChannel>;
  readonly #end = new AbortController();
  #closed = false;

  /** Throws as {@link openChannel}. */
  constructor(address: string, { retry, ...settings }: Settings) {
    this.address = address;
    this.#channel = openChannel(address, {
      ...settings,
      channelOptions: {
        'grpc.initial_reconnect_backoff_ms': retry.initialBackoffMs,
        'grpc.max_reconnect_backoff_ms': retry.maxBackoffMs,
        'grpc.keepalive_time_ms': pingIntervalMs,
        'grpc.service_config': pickAny(),
        // Stores do not share connections: closing one, or its credentials, must not concern another.
        'grpc.use_local_subchannel_pool': 1,
        ...settings.channelOptions,
      },
    });
    const middleware = lifeline(this);
    const client = createClient(ConfigServiceDefinition, this.#channel);
    const operations = createClient(ConfigOperationsDefinition, this.#channel);
    this.clients = {
      client: withMiddleware(ConfigServiceDefinition, () => client, middleware),
      operations: withMiddleware(ConfigOperationsDefinition, () => operations, middleware),
    };
  }

  /** Fires when the lane is given up: what is under way on it has no answer to come. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** Tells whether there is a connection, now and with each change, and keeps it from going idle. */
  follow(tell: (link: Link) => void): void {
    const channel = this.#channel;
    const next = (last: connectivityState): void => {
      channel.watchConnectivityState(last, Number.POSITIVE_INFINITY, () => {
        if (this.#closed) return;
        // Asking for a connection keeps an idle channel from staying without one until the next call.
        const state = channel.getConnectivityState(true);
        tell(links[state] ?? 'down');
        if (!this.#closed) next(state);
      });
    };
    const first = channel.getConnectivityState(true);
    tell(first === connectivityState.READY ? 'up' : 'connecting');
    next(first);
  }

  /** Ends the calls under way with `unavailable`, for this reason. */
  giveUp(why: string): void {
    this.#end.abort(why);
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#channel.close();
  }
}

const links: { readonly [state: number]: Link } = {
  [connectivityState.READY]: 'up',
  [connectivityState.CONNECTING]: 'connecting',
};
