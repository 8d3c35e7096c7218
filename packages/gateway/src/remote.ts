import { type ConnectionOptions, openChannel } from '@cfg/client/channel';
import type { Logger } from '@cfg/core';
import { ConfigClusterDefinition, ConfigOperationsDefinition, ConfigServiceDefinition } from '@cfg/proto';
import { type Client, createClientFactory } from 'nice-grpc';
import { ClientError, type ClientMiddleware, type Metadata, Status } from 'nice-grpc-common';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { HealthDefinition } from 'nice-grpc-server-health';
import { pacedCancels } from './paced-cancels.js';

export interface Connection {
  readonly service: Client<ConfigServiceDefinition>;
  readonly operations: Client<ConfigOperationsDefinition>;
  readonly cluster: Client<ConfigClusterDefinition>;
  readonly health: Client<HealthDefinition>;
  close(): void;
}

/** Throws `invalid_argument` as `openChannel` does. Connects with the first call. */
export function connect(address: string, options: ConnectionOptions, logger: Logger): Connection {
  // gRPC's own wait between attempts grows to two minutes: a server that is back would not be noticed.
  const channelOptions = {
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    ...options.channelOptions,
  };
  const channel = openChannel(address, { ...options, channelOptions });
  const factory = createClientFactory()
    .use(hideConnectionErrors(logger))
    .use(errorDetailsClientMiddleware)
    .use(pacedCancels());
  return {
    service: factory.create(ConfigServiceDefinition, channel),
    operations: factory.create(ConfigOperationsDefinition, channel),
    cluster: factory.create(ConfigClusterDefinition, channel),
    health: factory.create(HealthDefinition, channel),
    close: () => channel.close(),
  };
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
      if (!(error instanceof ClientError) || !isConnectionError(error, gotHeaders)) throw error;
      logger.warn({ err: error, method: call.method.path }, 'the configuration server cannot be reached');
      throw new ClientError(error.path, Status.UNAVAILABLE, 'the configuration server cannot be reached');
    }
  };
}

/** No server has said it: there is no connection, or the session of the call was lost. */
const isConnectionError = ({ code, details }: ClientError, gotHeaders: boolean): boolean =>
  (code === Status.UNAVAILABLE && !gotHeaders) ||
  (code === Status.INTERNAL && details.startsWith('Received RST_STREAM with code'));
