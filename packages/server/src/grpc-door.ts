import { type Logger, safeLogger } from '@cfg/core';
import type { ConfigService } from '@cfg/service';
import { type Address, formatAddress } from './address.js';
import { cannotOpen, type Door } from './door.js';
import { listenFast } from './grpc-door-fast.js';
import { listenNice } from './grpc-door-nice.js';
import type { ClusterServices } from './grpc-settings.js';
import type { LiveTls } from './live-tls.js';

/** What the gRPC door is made of: `fast` is `@cfg/grpc-door`, `nice` the server of nice-grpc. */
export const grpcDoors = ['fast', 'nice'] as const;
export type GrpcDoorKind = (typeof grpcDoors)[number];

/** What the door needs of the server's settings. */
export interface GrpcSettings {
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** Default 1 MiB. */
  readonly maxValueBytes?: number | undefined;
  /** What a node of a cluster serves beside. Default: not in a cluster. */
  readonly nodeServices?: ClusterServices | undefined;
}

/** Opens the gRPC door to the service: its calls, health checks and reflection. */
export async function openGrpcDoor(
  service: ConfigService,
  address: Address,
  tls: LiveTls | undefined,
  kind: GrpcDoorKind,
  { logger = safeLogger(), maxValueBytes = 1024 * 1024, nodeServices }: GrpcSettings = {},
): Promise<Door> {
  const listen = kind === 'fast' ? listenFast : listenNice;
  try {
    const settings = { logger, maxValueBytes, nodeServices };
    const { port, ...door } = await listen(service, formatAddress(address), tls, settings);
    return { address: { host: address.host, port }, ...door };
  } catch (error) {
    throw cannotOpen('gRPC', address, error);
  }
}
