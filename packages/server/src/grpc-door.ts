import { type Logger, safeLogger } from '@cfg/core';
import type { ConfigPeeringDefinition } from '@cfg/proto';
import type { ConfigService } from '@cfg/service';
import type { ServiceImplementation } from 'nice-grpc';
import { type Address, formatAddress } from './address.js';
import { cannotOpen, type Door } from './door.js';
import { listenFast } from './grpc-door-fast.js';
import { listenNice } from './grpc-door-nice.js';
import type { Tls } from './tls.js';

/** What the gRPC door is made of: `fast` is `@cfg/grpc-door`, `nice` the server of nice-grpc. */
export const grpcDoors = ['fast', 'nice'] as const;
export type GrpcDoorKind = (typeof grpcDoors)[number];

/** Opens the gRPC door to the service: its calls, health checks and reflection. */
export async function openGrpcDoor(
  service: ConfigService,
  address: Address,
  tls: Tls | undefined,
  kind: GrpcDoorKind,
  logger: Logger = safeLogger(),
  peering?: ServiceImplementation<ConfigPeeringDefinition>,
): Promise<Door> {
  const listen = kind === 'fast' ? listenFast : listenNice;
  try {
    const { port, drain, cut } = await listen(service, formatAddress(address), tls, logger, peering);
    return { address: { host: address.host, port }, drain, cut };
  } catch (error) {
    throw cannotOpen('gRPC', address, error);
  }
}
