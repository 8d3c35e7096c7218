import type { Logger } from '@cfg/core';
import { ConfigClusterDefinition, ConfigPeeringDefinition, maxMessageBytes } from '@cfg/proto';
import { type ChannelOptions, ServerCredentials } from '@grpc/grpc-js';
import type { Server, ServiceImplementation } from 'nice-grpc';
import type { LiveTls } from './live-tls.js';

/** The bytes that a request may have beside its value; a batch of small values has room as well. */
const leastRequestBytes = 4 * 1024 * 1024;
const besideValueBytes = 64 * 1024;

/** The bytes that all unfinished requests may take together at each door: four of the largest. */
export const bufferedBytes = (largestBytes: number): number => 4 * Math.max(leastRequestBytes, largestBytes);

/** The bytes that the body of an HTTP request needs for a value: base64, a third longer, within a JSON object. */
export const bodyBytes = (maxValueBytes: number): number => Math.ceil(maxValueBytes * 1.4) + besideValueBytes;

/** The options of the gRPC door, whatever it is made of: a request is not much larger than a value may be. */
export const grpcOptions = (maxValueBytes: number): ChannelOptions => ({
  'grpc.max_receive_message_length': Math.max(leastRequestBytes, maxValueBytes + besideValueBytes),
  'grpc.max_send_message_length': maxMessageBytes,
  // A watch is a call, and a gateway may have thousands on one connection.
  'grpc.max_concurrent_streams': 10_000,
  // Callers that vanished without a word hold a watch no longer than this.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
});

export const grpcCredentials = (tls: LiveTls | undefined): ServerCredentials =>
  tls === undefined ? ServerCredentials.createInsecure() : tls.credentials();

/** The services of a node of a cluster beside the store: for the other nodes, and for those who run it. */
export interface ClusterServices {
  readonly peering: ServiceImplementation<ConfigPeeringDefinition>;
  readonly cluster: ServiceImplementation<ConfigClusterDefinition>;
}

/** Adds the services of a node, if it is one, to a server of whatever make. */
export function addClusterServices(server: Pick<Server, 'add'>, services: ClusterServices | undefined): void {
  if (services === undefined) return;
  server.add(ConfigPeeringDefinition, services.peering);
  server.add(ConfigClusterDefinition, services.cluster);
}

/** The limits that hold strangers off at the door `fast`; nice-grpc's server does not have them. */
export const niceLacks: string =
  'callers are authenticated only after their request has come, and nothing bounds what unfinished requests, unsent ' +
  'answers and connections take';

/** The settings of the server that the gRPC door uses. */
export interface GrpcSettings {
  /** Default: silent. */
  readonly logger?: Logger | undefined;
  /** Default 1 MiB. */
  readonly maxValueBytes?: number | undefined;
  /** Default: what the door's own are. */
  readonly maxConnections?: number | undefined;
  readonly maxConnectionsPerHost?: number | undefined;
  readonly maxUnsentBytes?: number | undefined;
  /** Who may have any number of connections. Default: nobody. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** The services of a node of a cluster. Default: not in a cluster. */
  readonly nodeServices?: ClusterServices | undefined;
}
