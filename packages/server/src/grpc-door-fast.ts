import type { Logger } from '@cfg/core';
import { createServer } from '@cfg/grpc-door';
import { addConfigService, type ConfigService } from '@cfg/service';
import type { Door, DoorState } from './door.js';
import {
  addClusterServices,
  bufferedBytes,
  type ClusterServices,
  grpcCredentials,
  grpcOptions,
} from './grpc-settings.js';
import { limitLog } from './limit-log.js';
import type { LiveTls } from './live-tls.js';

/** Serves with `@cfg/grpc-door`. */
export async function listenFast(
  service: ConfigService,
  address: string,
  tls: LiveTls | undefined,
  settings: {
    readonly logger: Logger;
    readonly maxValueBytes: number;
    readonly nodeServices?: ClusterServices | undefined;
  },
): Promise<Omit<Door, 'address'> & { readonly port: number }> {
  const { logger, maxValueBytes, nodeServices } = settings;
  const options = grpcOptions(maxValueBytes);
  const largest = Number(options['grpc.max_receive_message_length']);
  const server = createServer({
    ...options,
    maxBufferedRequestBytes: bufferedBytes(largest),
    onLimit: limitLog(logger),
  });
  // Nothing of the service spreads a call's context into another.
  const lazyContext = true;
  addConfigService(
    { add: (definition, implementation) => server.add(definition, implementation, { lazyContext }) },
    service,
  );
  addClusterServices(server, nodeServices);
  const port = await server.listen(address, grpcCredentials(tls));
  const state = (): DoorState => {
    const { connections, limits } = server.metrics();
    return { connections, limits };
  };
  return { port, drain: () => server.shutdown(), cut: () => server.forceShutdown(), state };
}
