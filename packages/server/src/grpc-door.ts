import { createServer as createFastServer } from '@cfg/grpc-door';
import { ConfigOperationsDefinition, ConfigServiceDefinition, maxMessageBytes } from '@cfg/proto';
import { addConfigService, type ConfigService } from '@cfg/service';
import { ServerCredentials } from '@grpc/grpc-js';
import { createServer, type Server } from 'nice-grpc';
import { type Address, formatAddress } from './address.js';
import { cannotOpen, type Door } from './door.js';
import type { Tls } from './tls.js';

/** What the door is made of: `@cfg/grpc-door`, or nice-grpc's own server. */
export const grpcDoors = ['fast', 'nice'] as const;
export type GrpcDoorKind = (typeof grpcDoors)[number];

const options = {
  'grpc.max_receive_message_length': maxMessageBytes,
  'grpc.max_send_message_length': maxMessageBytes,
  // Watches are calls, and a gateway opens one for each of its own.
  'grpc.max_concurrent_streams': 10_000,
  // Callers that vanished without a word hold a watch no longer than this.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
};

/** Opens the gRPC door to the service: its calls, health checks and reflection. */
export async function openGrpcDoor(
  service: ConfigService,
  address: Address,
  tls: Tls | undefined,
  kind: GrpcDoorKind,
): Promise<Door> {
  const server = kind === 'fast' ? fastServer(service) : niceServer(service);
  let port: number;
  try {
    port = await server.listen(formatAddress(address), tls && credentials(tls));
  } catch (error) {
    throw cannotOpen('gRPC', address, error);
  }
  return {
    address: { host: address.host, port },
    drain: () => server.shutdown(),
    cut: () => server.forceShutdown(),
  };
}

function niceServer(service: ConfigService): Server {
  const server = createServer(options).use(service.middleware);
  addConfigService(server, service);
  return server;
}

function fastServer(service: ConfigService): Server {
  const server = createFastServer(options);
  const surrounded = server.with(service.middleware);
  addConfigService(
    {
      add: (definition, implementation) => {
        // The service's own methods go through its middleware by themselves, and leave their context as it is.
        if (ownServices.has(definition)) server.add(definition, implementation, { lazyContext: true });
        else surrounded.add(definition, implementation);
      },
    },
    service,
  );
  return server;
}

const ownServices: ReadonlySet<object> = new Set([ConfigServiceDefinition, ConfigOperationsDefinition]);

function credentials({ cert, key, clientCa }: Tls): ServerCredentials {
  const pairs = [{ cert_chain: cert, private_key: key }];
  return ServerCredentials.createSsl(clientCa ?? null, pairs, clientCa !== undefined);
}
