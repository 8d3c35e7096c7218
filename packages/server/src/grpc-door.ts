import { maxMessageBytes } from '@cfg/proto';
import { addConfigService, type ConfigService } from '@cfg/service';
import { ServerCredentials } from '@grpc/grpc-js';
import { createServer, type Server } from 'nice-grpc';
import { type Address, formatAddress } from './address.js';
import { Connections } from './connections.js';
import { cannotOpen, type Door } from './door.js';
import { inTime } from './in-time.js';
import type { Tls } from './tls.js';

/** How long the first attempt to shut down is waited for, in milliseconds. */
const firstWaitMs = 50;

/** Opens the gRPC door to the service: its calls, health checks and reflection. */
export async function openGrpcDoor(service: ConfigService, address: Address, tls: Tls | undefined): Promise<Door> {
  const server = createServer({
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    // Callers that vanished without a word hold a watch no longer than this.
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
  });
  addConfigService(server, service);
  let port: number;
  try {
    port = await server.listen(formatAddress(address), tls && credentials(tls));
  } catch (error) {
    throw cannotOpen('gRPC', address, error);
  }
  const connections = new Connections(port);
  return {
    address: { host: address.host, port },
    drain: () => drain(server, connections),
    cut() {
      server.forceShutdown();
      connections.drop();
    },
  };
}

/**
 * Shuts the server down more than once, until one of the attempts has found everything closed. One alone can wait for
 * ever: grpc-js gets no answer from a connection that is being destroyed at that moment, and does not ask one whose TLS
 * handshake is not finished yet.
 */
async function drain(server: Server, connections: Connections): Promise<void> {
  const attempts: Promise<void>[] = [];
  // Each adds listeners to what it waits for, so they become rare quickly.
  for (let waitMs = firstWaitMs; ; waitMs *= 4) {
    attempts.push(server.shutdown());
    connections.release();
    connections.dropSilent();
    if (await inTime(Promise.race(attempts), waitMs)) return;
  }
}

function credentials({ cert, key, clientCa }: Tls): ServerCredentials {
  const pairs = [{ cert_chain: cert, private_key: key }];
  return ServerCredentials.createSsl(clientCa ?? null, pairs, clientCa !== undefined);
}
