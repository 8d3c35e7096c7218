import type { Logger } from '@cfg/core';
import { ConfigOperationsDefinition, ConfigServiceDefinition, maxMessageBytes } from '@cfg/proto';
import { ChannelCredentials, type ChannelOptions, type Client, createChannel, createClientFactory } from 'nice-grpc';
import { ClientError, type ClientMiddleware, type Metadata, Status } from 'nice-grpc-common';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { badOption } from './options.js';

/** How to reach a configuration server. TLS by the system's authorities unless said otherwise. */
export interface ConnectionOptions {
  /** Own authorities, or a certificate to show, in PEM. */
  readonly tls?: TlsOptions | undefined;
  /** No TLS at all: whoever is on the path can read and change everything, credentials included. Default `false`. */
  readonly insecure?: boolean | undefined;
  /** More options of the gRPC channel, which go before the gateway's own. */
  readonly channelOptions?: ChannelOptions | undefined;
}

export interface TlsOptions {
  /** The authorities to trust, in place of the system's. */
  readonly ca?: Buffer | undefined;
  /** The gateway's certificate chain and its key: both, or none. */
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
}

export interface Connection {
  readonly service: Client<ConfigServiceDefinition>;
  readonly operations: Client<ConfigOperationsDefinition>;
  close(): void;
}

/** Throws `invalid_argument` on options that do not go together. Connects with the first call. */
export function connect(address: string, options: ConnectionOptions, logger: Logger): Connection {
  const channel = createChannel(address, credentials(options), {
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    ...options.channelOptions,
  });
  const factory = createClientFactory().use(hideConnectionErrors(logger)).use(errorDetailsClientMiddleware);
  return {
    service: factory.create(ConfigServiceDefinition, channel),
    operations: factory.create(ConfigOperationsDefinition, channel),
    close: () => channel.close(),
  };
}

function credentials({ tls, insecure }: ConnectionOptions): ChannelCredentials {
  if (insecure) {
    if (tls) throw badOption('tls and insecure exclude each other');
    return ChannelCredentials.createInsecure();
  }
  if ((tls?.cert === undefined) !== (tls?.key === undefined)) throw badOption('tls.cert and tls.key need each other');
  return ChannelCredentials.createSsl(tls?.ca, tls?.key, tls?.cert);
}

/** Replaces connection errors by a neutral message. The cause, which may contain addresses, goes to the log. */
function hideConnectionErrors(logger: Logger): ClientMiddleware {
  return async function* (call, options) {
    let gotHeaders = false;
    const watchHeaders =
      (then: ((received: Metadata) => void) | undefined) =>
      (received: Metadata): void => {
        gotHeaders ||= !received[Symbol.iterator]().next().done;
        then?.(received);
      };
    try {
      return yield* call.next(call.request, {
        ...options,
        onHeader: watchHeaders(options.onHeader),
        onTrailer: watchHeaders(options.onTrailer),
      });
    } catch (error) {
      if (gotHeaders || !(error instanceof ClientError) || error.code !== Status.UNAVAILABLE) throw error;
      logger.warn({ err: error, method: call.method.path }, 'the configuration server cannot be reached');
      throw new ClientError(error.path, error.code, 'the configuration server cannot be reached');
    }
  };
}
