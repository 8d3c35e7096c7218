import type { Logger } from '@cfg/core';
import { type AddOptions, createServer } from '@cfg/grpc-door';
import { ConfigPeeringDefinition } from '@cfg/proto';
import { addConfigService, type ConfigService } from '@cfg/service';
import type { Door } from './door.js';
import { bufferedBytes, grpcCredentials, grpcOptions, type PeeringService } from './grpc-settings.js';
import { limitLog } from './limit-log.js';
import type { LiveTls } from './live-tls.js';

/** Serves with `@cfg/grpc-door`. */
export async function listenFast(
  service: ConfigService,
  address: string,
  tls: LiveTls | undefined,
  settings: { readonly logger: Logger; readonly maxValueBytes: number; readonly peering?: PeeringService | undefined },
): Promise<Omit<Door, 'address'> & { readonly port: number }> {
  const { logger, maxValueBytes, peering } = settings;
  const options = grpcOptions(maxValueBytes);
  const largest = Number(options['grpc.max_receive_message_length']);
  const server = createServer({
    ...options,
    maxBufferedRequestBytes: bufferedBytes(largest),
    onLimit: limitLog(logger),
  });
  // Nothing of the service spreads a call's context into another; and callers are authenticated on their headers.
  const ways: AddOptions = { lazyContext: true, admit: (path, context) => service.admit(path, context) };
  addConfigService({ add: (definition, implementation) => server.add(definition, implementation, ways) }, service);
  if (peering !== undefined) server.add(ConfigPeeringDefinition, peering);
  const port = await server.listen(address, grpcCredentials(tls));
  return { port, drain: () => server.shutdown(), cut: () => server.forceShutdown() };
}
