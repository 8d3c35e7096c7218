import { safeLogger } from '@cfg/core';
import type { ConfigService } from '@cfg/service';
import { type Address, formatAddress } from './address.js';
import { cannotOpen, type Door } from './door.js';
import { listenFast } from './grpc-door-fast.js';
import { listenNice } from './grpc-door-nice.js';
import type { GrpcSettings } from './grpc-settings.js';
import type { LiveTls } from './live-tls.js';

/** The implementation of the gRPC door: `fast` is `@cfg/grpc-door`, `nice` the server of nice-grpc. */
export const grpcDoors = ['fast', 'nice'] as const;
export type GrpcDoorKind = (typeof grpcDoors)[number];

/** Opens the gRPC door to the service: its calls, health checks and reflection. */
export async function openGrpcDoor(
  service: ConfigService,
  address: Address,
  tls: LiveTls | undefined,
  kind: GrpcDoorKind,
  { logger = safeLogger(), maxValueBytes = 1024 * 1024, ...rest }: GrpcSettings = {},
): Promise<Door> {
  const listen = kind === 'fast' ? listenFast : listenNice;
  try {
    const { port, ...door } = await listen(service, formatAddress(address), tls, { ...rest, logger, maxValueBytes });
    return { ...door, address: { host: address.host, port } };
  } catch (error) {
    throw cannotOpen('gRPC', address, error);
  }
}
