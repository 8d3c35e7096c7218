import type { Logger } from '@cfg/core';
import { createServer } from '@cfg/grpc-door';
import { ConfigPeeringDefinition } from '@cfg/proto';
import { addConfigService, type ConfigService } from '@cfg/service';
import type { ServiceImplementation } from 'nice-grpc';
import type { Door } from './door.js';
import { grpcCredentials, grpcOptions } from './grpc-settings.js';
import { limitLog } from './limit-log.js';
import type { Tls } from './tls.js';

/** Serves with `@cfg/grpc-door`. */
export async function listenFast(
  service: ConfigService,
  address: string,
  tls: Tls | undefined,
  logger: Logger,
  peering?: ServiceImplementation<ConfigPeeringDefinition>,
): Promise<Omit<Door, 'address'> & { readonly port: number }> {
  const server = createServer({ ...grpcOptions, onLimit: limitLog(logger) });
  // Nothing of the service spreads a call's context into another.
  const lazyContext = true;
  addConfigService(
    { add: (definition, implementation) => server.add(definition, implementation, { lazyContext }) },
    service,
  );
  if (peering !== undefined) server.add(ConfigPeeringDefinition, peering);
  const port = await server.listen(address, grpcCredentials(tls));
  return { port, drain: () => server.shutdown(), cut: () => server.forceShutdown() };
}
