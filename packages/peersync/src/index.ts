// The store over a cluster
export { SyncStore } from './sync-store/sync-store.js';
export type { ClaimOptions } from './sync-store/sync-store.js';
export type { SyncStoreOptions } from './sync-store/options.js';
export { hopHeader } from './sync-store/way.js';
export type { Claims, Connection, Dialer } from './sync-store/dialer.js';
export { type GrpcDialerOptions, grpcDialer } from './peering/grpc-dialer.js';
export { claimAction, clusterService } from './peering/cluster-service.js';
export { peerGuard } from './peering/peer-guard.js';
export { peerAction, peeringService } from './peering/peering-service.js';
export type { Lease } from './lease/lease.js';
export type { Changes, DataPage, Holding, LogPlace, Peer } from './lease/peer.js';
export type { Vote } from './lease/rules.js';
// The cluster: who is there, and who owns what
export type { AgreementOptions } from './agreement/settings.js';
export { Cluster, type ClusterEvents } from './cluster/cluster.js';
export type { ClusterOptions, KeptEpoch } from './cluster/options.js';
export { type ClusterStatus, statusHandler, statusOf } from './cluster/status.js';
export { Membership, type Presence } from './membership/membership.js';
export { defaultVirtualNodes, HashRing } from './ring/hash-ring.js';
export { Ring } from './ring/ring.js';
export type { Member, RingState } from './ring/ring-state.js';
// How gossip travels
export { type MemberlistTransportOptions, memberlistTransport } from './transports/memberlist-transport.js';
export { defaultChannel, type RedisTransportOptions, redisTransport } from './transports/redis-transport.js';
export type { Transport, TransportEvents } from './transports/transport.js';
// Memberlist by itself
export { Memberlist, type MemberlistHandlers, type MemberlistNode } from './memberlist/memberlist.js';
export type { MemberlistOptions, Timings } from './memberlist/options.js';
export type { Address } from './memberlist/wire/address.js';
export type { SecurityOptions } from './memberlist/wire/security.js';
// For authors of transports and of tests
export { type Clock, type Random, systemClock } from './clock.js';
export { Envelopes, maxEnvelopeBytes } from './gossip/envelope.js';
export { GossipError } from './gossip/gossip-error.js';
export type { GossipMessage, Heartbeat, RingChange } from './gossip/message.js';
