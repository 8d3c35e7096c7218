import type { Logger } from '@cfg/core';
import { isDoneWithin } from '@cfg/core/store';
import { addConfigService, type ConfigService } from '@cfg/service';
import { createServer, type Server } from 'nice-grpc';
import { certifiedServer } from './certified-server.js';
import { Connections } from './connections.js';
import type { Door } from './door.js';
import { addClusterServices, type ClusterServices, grpcCredentials, grpcOptions, niceLacks } from './grpc-settings.js';
import type { LiveTls } from './live-tls.js';

/** How long the first attempt to shut down is waited for, in milliseconds. */
const firstWaitMs = 50;

interface NiceSettings {
  readonly logger: Logger;
  readonly maxValueBytes: number;
  readonly nodeServices?: ClusterServices | undefined;
}

/** Serves with nice-grpc's own server, and says what that cannot do. */
export async function listenNice(
  service: ConfigService,
  address: string,
  tls: LiveTls | undefined,
  { logger, maxValueBytes, nodeServices }: NiceSettings,
): Promise<Omit<Door, 'address'> & { readonly port: number }> {
  logger.warn({ door: 'nice' }, `the gRPC door nice has no limits against strangers: ${niceLacks}`);
  const options = grpcOptions(maxValueBytes);
  const server = tls?.clientCa === undefined ? createServer(options) : certifiedServer(options);
  addConfigService(server, service);
  addClusterServices(server, nodeServices);
  const port = await server.listen(address, grpcCredentials(tls));
  const connections = new Connections(port);
  return {
    port,
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
    if (await isDoneWithin(Promise.race(attempts), waitMs)) return;
  }
}
