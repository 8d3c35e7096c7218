import { maxMessageBytes } from '@cfg/proto';
import { addConfigService, type ConfigService } from '@cfg/service';
import { ServerCredentials } from '@grpc/grpc-js';
import { createServer } from 'nice-grpc';
import { type Address, formatAddress } from './address.js';
import { cannotOpen, type Door } from './door.js';
import type { Tls } from './tls.js';

/** Opens the gRPC door to the service: its calls, health checks and reflection. */
export async function openGrpcDoor(service: ConfigService, address: Address, tls: Tls | undefined): Promise<Door> {
  const server = createServer({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    // Callers that vanished without a word hold a watch no longer than this.
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
  }).use(service.middleware);
  addConfigService(server, service);
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

function credentials({ cert, key, clientCa }: Tls): ServerCredentials {
  const pairs = [{ cert_chain: cert, private_key: key }];
  return ServerCredentials.createSsl(clientCa ?? null, pairs, clientCa !== undefined);
}
