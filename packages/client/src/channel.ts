import { ConfigError } from '@cfg/core';
import { ConfigServiceDefinition, maxMessageBytes } from '@cfg/proto';
import { connectivityState } from '@grpc/grpc-js';
import { ChannelCredentials, type ChannelOptions, createChannel, createClient } from 'nice-grpc';
import type { Settings, TlsOptions } from './options.js';
import type { ConfigClient } from './pipeline.js';

/** What a connection is made of. */
export interface Transport {
  readonly client: ConfigClient;
  /** Tells every change of whether there is a connection, until `close()`. One in process has none to tell. */
  follow?(tell: (link: Link) => void): void;
  close(): void;
}

export type Link = 'up' | 'connecting' | 'down';

/** A channel to `address`, which connects in the background. Throws `invalid_argument` for one that cannot be. */
export function openChannel(address: string, settings: Settings): Transport {
  const options: ChannelOptions = {
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.keepalive_time_ms': settings.keepalive.intervalMs,
    'grpc.keepalive_timeout_ms': settings.keepalive.timeoutMs,
    // Left alone, a channel waits up to two minutes before it tries again.
    'grpc.initial_reconnect_backoff_ms': settings.retry.initialBackoffMs,
    'grpc.max_reconnect_backoff_ms': settings.retry.maxBackoffMs,
    // Stores do not share connections: closing one, or its credentials, must not concern another.
    'grpc.use_local_subchannel_pool': 1,
  };
  const channel = createChannel(address, credentials(settings), options);
  let closed = false;

  return {
    client: createClient(ConfigServiceDefinition, channel),
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

/** Throws `invalid_argument` unless the address is one, and agrees with the options about TLS. */
export function checkAddress(address: unknown, insecure: boolean): asserts address is string {
  const fault = (why: string): ConfigError => new ConfigError('invalid_argument', `address ${why}`);
  if (typeof address !== 'string' || !/^[^\s]+$/.test(address)) throw fault('must be "host:port"');
  if (address.startsWith('http://') && !insecure) throw fault(`${address} is without TLS: say so with insecure: true`);
  if (address.startsWith('https://') && insecure) throw fault(`${address} contradicts insecure: true`);
}

function credentials({ insecure, tls }: Settings): ChannelCredentials {
  if (insecure) return ChannelCredentials.createInsecure();
  try {
    return ChannelCredentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert));
  } catch (cause) {
    throw new ConfigError('invalid_argument', 'option tls has a ca, cert or key that is not PEM', { cause });
  }
}

const pem = (text: NonNullable<TlsOptions['ca']> | undefined): Buffer | null =>
  text === undefined ? null : Buffer.from(text);
