import type { Logger } from '@cfg/core';
import { type AddOptions, createServer } from '@cfg/grpc-door';
import { addConfigService, type ConfigService, hostNames } from '@cfg/service';
import type { Door } from './door.js';
import { addClusterServices, bufferedBytes, type GrpcSettings, grpcCredentials, grpcOptions } from './grpc-settings.js';
import { limitLog } from './limit-log.js';
import type { LiveTls } from './live-tls.js';

interface FastSettings extends GrpcSettings {
  readonly logger: Logger;
  readonly maxValueBytes: number;
}

/** Serves with `@cfg/grpc-door`. */
export async function listenFast(
  service: ConfigService,
  address: string,
  tls: LiveTls | undefined,
  settings: FastSettings,
): Promise<Omit<Door, 'address'> & { readonly port: number }> {
  const { logger, maxValueBytes, nodeServices, trustedProxies = [] } = settings;
  const { maxConnections, maxConnectionsPerHost, maxUnsentBytes } = settings;
  const options = grpcOptions(maxValueBytes);
  const largest = Number(options['grpc.max_receive_message_length']);
  const server = createServer({
    ...options,
    maxBufferedRequestBytes: bufferedBytes(largest),
    maxConnections,
    maxConnectionsPerHost,
    hostOf: hostNames(trustedProxies),
    maxQueuedResponseBytesInAll: maxUnsentBytes,
    onLimit: limitLog(logger, 'gRPC'),
  });
  // Nothing of the service spreads a call's context into another; and callers are authenticated on their headers.
  const ways: AddOptions = { lazyContext: true, admit: (path, context) => service.admit(path, context) };
  addConfigService({ add: (definition, implementation) => server.add(definition, implementation, ways) }, service);
  addClusterServices(server, nodeServices);
  const port = await server.listen(address, grpcCredentials(tls));
  return {
    port,
    drain: () => server.shutdown(),
    cut: () => server.forceShutdown(),
    metrics: () => server.metrics(),
  };
}
