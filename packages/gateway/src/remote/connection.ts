import { type ConnectionOptions, openChannel } from '@cfg/client/channel';
import type { Logger } from '@cfg/core';
import { ConfigClusterDefinition, ConfigOperationsDefinition, ConfigServiceDefinition } from '@cfg/proto';
import { type Client, createClientFactory } from 'nice-grpc';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { HealthDefinition } from 'nice-grpc-server-health';
import { pacedCancels } from './paced-cancels.js';
import { UnaryCalls } from './unary-calls.js';
import { hideConnectionErrors } from './unreachable.js';

export interface Connection {
  readonly service: Client<ConfigServiceDefinition>;
  readonly operations: Client<ConfigOperationsDefinition>;
  readonly cluster: Client<ConfigClusterDefinition>;
  readonly health: Client<HealthDefinition>;
  close(): void;
}

/** Throws `invalid_argument` as `openChannel` does. Connects with the first call. */
export function connect(address: string, options: ConnectionOptions, logger: Logger): Connection {
  const channel = openChannel(address, options);
  const factory = createClientFactory()
    .use(hideConnectionErrors(logger))
    .use(errorDetailsClientMiddleware)
    .use(pacedCancels());
  const unary = new UnaryCalls(channel, logger);
  return {
    service: { ...factory.create(ConfigServiceDefinition, channel), ...unary.of(ConfigServiceDefinition) },
    operations: { ...factory.create(ConfigOperationsDefinition, channel), ...unary.of(ConfigOperationsDefinition) },
    cluster: { ...factory.create(ConfigClusterDefinition, channel), ...unary.of(ConfigClusterDefinition) },
    health: factory.create(HealthDefinition, channel),
    close: () => channel.close(),
  };
}
