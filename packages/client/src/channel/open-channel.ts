import { ConfigError } from '@cfg/core';
import { checkOptions, maxInt32, type OptionNames, wholeNumber } from '@cfg/core/store';
import { maxMessageBytes } from '@cfg/proto';
import { type Channel, type ChannelOptions, createChannel } from 'nice-grpc';
import { checkAddress, normalized } from './address.js';
import { checkTls, credentials, type TlsOptions } from './tls.js';

export interface KeepaliveOptions {
  /** Time between two tests of a connection with calls on it, in milliseconds. Default 30,000; 1 to 2³¹ − 1. */
  readonly intervalMs?: number | undefined;
  /** Time after which an unanswered test means that the connection is lost, in milliseconds. Default 10,000; 1 to 2³¹ − 1. */
  readonly timeoutMs?: number | undefined;
}

/** How to reach a server. */
export interface ConnectionOptions {
  /** Talk without TLS. Default false. Everything, tokens included, then travels in the clear. */
  readonly insecure?: boolean | undefined;
  readonly tls?: TlsOptions | undefined;
  readonly keepalive?: KeepaliveOptions | undefined;
  /** Further options of the gRPC channel. They win over the ones made here. */
  readonly channelOptions?: ChannelOptions | undefined;
}

/** Connection options, complete and checked. */
export interface ConnectionSettings {
  readonly insecure: boolean;
  readonly tls: TlsOptions | undefined;
  readonly keepalive: { readonly intervalMs: number; readonly timeoutMs: number };
  readonly channelOptions: ChannelOptions;
}

/**
 * Returns a gRPC channel to a cfg server at `address`: `host:port`, or a URL of a scheme that gRPC knows. It connects
 * with the first call, tries again at least every 2 seconds while the server is away, takes messages of up to 64 MiB, and is
 * the caller's to close. Throws `invalid_argument`, which
 * names the option that is wrong.
 *
 * @example
 * const channel = openChannel('config.internal:9090', { tls: { ca: readFileSync('ca.pem') } });
 * const client = createClient(ConfigServiceDefinition, channel);
 */
export function openChannel(address: string, options: ConnectionOptions = {}): Channel {
  const { insecure, tls, keepalive, channelOptions } = completeConnection(options);
  checkAddress(address, insecure);
  return createChannel(normalized(address), credentials(insecure, tls), {
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.keepalive_time_ms': keepalive.intervalMs,
    'grpc.keepalive_timeout_ms': keepalive.timeoutMs,
    // gRPC's own wait between attempts grows to two minutes: a server that is back would not be noticed.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    ...channelOptions,
  });
}

const keepaliveNames: OptionNames<KeepaliveOptions> = { intervalMs: true, timeoutMs: true };

/** Throws `invalid_argument` that names the option. */
export function completeConnection(options: ConnectionOptions): ConnectionSettings {
  const { insecure = false, tls, keepalive = {}, channelOptions = {} } = options;
  if (typeof insecure !== 'boolean') throw new ConfigError('invalid_argument', 'option insecure must be true or false');
  checkTls(insecure, tls);
  checkOptions('a connection', keepalive, keepaliveNames, 'keepalive.');
  const milliseconds = (name: keyof KeepaliveOptions, byDefault: number): number =>
    wholeNumber(`option keepalive.${name}`, keepalive[name] ?? byDefault, 1, maxInt32);
  return {
    insecure,
    tls,
    keepalive: { intervalMs: milliseconds('intervalMs', 30_000), timeoutMs: milliseconds('timeoutMs', 10_000) },
    channelOptions,
  };
}
