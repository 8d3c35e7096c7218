import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { ConfigError, type Logger, type Store } from '@cfg/core';
import { wholeNumber } from '@cfg/core/store';
import type { MemberlistTransportOptions } from '@cfg/peersync';
import type { ConfigService, Guard } from '@cfg/service';
import { parseAddress } from './address.js';
import { chooseClaims } from './cluster-claims.js';
import type { ClusterServices } from './grpc-settings.js';
import { reasonOf } from './reason.js';
import { readAuthorities, type Tls } from './tls.js';

/** A cluster without writing code. */
export interface ClusterChoice {
  /** How gossip travels: `redis://…`, or `memberlist://HOST:PORT`, where this node listens for it. Default: no cluster. */
  readonly cluster?: string | undefined;
  /** This node's name, which no other node has. Default the host's name. */
  readonly nodeId?: string | undefined;
  /** Where the other nodes reach this one's gRPC door, `host:port`. Needed in a cluster. */
  readonly advertise?: string | undefined;
  /** Gossip addresses of other nodes to join over memberlist, `host:port`, separated by commas. Default: start alone. */
  readonly join?: string | undefined;
  /** The file of a key of 16, 24 or 32 bytes, in hex, which encrypts gossip over memberlist and authenticates it over Redis. */
  readonly clusterKeyFile?: string | undefined;
  /**
   * The file with the authorities, PEM, that the other nodes' certificates must be signed by. Default those of client
   * certificates ({@link TlsFiles.tlsClientCa}), else the system's.
   */
  readonly clusterCa?: string | undefined;
  /**
   * `sqlite:PATH` or `postgres://…`: the table, shared by all nodes and by those of the Go original, in which claims are
   * recorded. Default: none; then a claim is in the lease of the node that has it, and nowhere else.
   */
  readonly clusterClaims?: string | undefined;
  /**
   * How often a node says that it is there, in milliseconds; over Redis, one is gone that said nothing for three times as
   * long. The same at all nodes. Default 5,000; at least 50.
   */
  readonly clusterHeartbeatMs?: number | undefined;
  /**
   * How many nodes keep a copy of each namespace beside the one that holds it, for when that one is gone. The same at all
   * nodes. Default 1; 0 to 10.
   */
  readonly clusterFollowers?: number | undefined;
  /** This node's own credential, for what nodes ask each other: the guard must let it do `peer`. Default: none. */
  readonly clusterToken?: string | undefined;
}

/** A store before all nodes of a cluster, and what this node serves to the others. */
export interface ClusterNode {
  readonly store: Store;
  /** The guard of a node: see `peerGuard`. */
  guarding(guard: Guard): Guard;
  /** @param service what the doors of this node serve */
  services(service: ConfigService, guard: Guard): ClusterServices;
}

/**
 * Puts the store into the cluster that the options name; `undefined` where they name none. Opens nothing. Rejects with
 * `invalid_argument`, naming the option.
 */
export async function clusterNode(
  store: Store,
  options: ClusterChoice,
  nameOf: (option: keyof ClusterChoice) => string,
  tls: Tls | undefined,
  logger: Logger,
): Promise<ClusterNode | undefined> {
  const { cluster, nodeId = hostname(), advertise, clusterToken: token } = options;
  if (cluster === undefined) return undefined;
  if (advertise === undefined || !parseAddress(advertise)) {
    throw wrong(`${nameOf('advertise')} must be the host:port at which other nodes reach this one`);
  }
  const key =
    options.clusterKeyFile === undefined ? undefined : readKey(options.clusterKeyFile, nameOf('clusterKeyFile'));
  const isRedis = /^rediss?:\/\//.test(cluster);
  const gossip = isRedis ? undefined : memberlist(cluster, options, nameOf, key, logger);
  if (tls === undefined && options.clusterCa !== undefined) {
    throw wrong(`${nameOf('clusterCa')} is of no use to a node whose own doors have no certificate`);
  }
  const ca = options.clusterCa === undefined ? tls?.clientCa : readAuthorities(options.clusterCa, nameOf('clusterCa'));
  const secure = tls === undefined ? { insecure: true } : { tls: { ca, cert: tls.cert, key: tls.key } };
  const peersync = await import('@cfg/peersync');
  const node = new peersync.SyncStore(store, {
    self: { id: nodeId, addr: advertise },
    transport: gossip ? peersync.memberlistTransport(gossip) : peersync.redisTransport(cluster, { logger }),
    dialer: peersync.grpcDialer({ ...secure, token }),
    ownership: chooseClaims(options.clusterClaims, nameOf('clusterClaims'), logger),
    secret: isRedis ? key : undefined,
    followers: wholeNumber(nameOf('clusterFollowers'), options.clusterFollowers ?? 1, 0, 10),
    heartbeatMs: wholeNumber(nameOf('clusterHeartbeatMs'), options.clusterHeartbeatMs ?? 5_000, 50, 600_000),
    logger,
  });
  return {
    store: node,
    guarding: peersync.peerGuard,
    services: (service, guard) => ({
      peering: peersync.peeringService(node.peer, service, guard),
      cluster: peersync.clusterService(node, service, guard),
    }),
  };
}

function memberlist(
  cluster: string,
  { join }: ClusterChoice,
  nameOf: (option: keyof ClusterChoice) => string,
  key: Uint8Array | undefined,
  logger: Logger,
): MemberlistTransportOptions {
  const bind = cluster.startsWith('memberlist://') ? parseAddress(cluster.slice('memberlist://'.length)) : undefined;
  if (bind === undefined) throw wrong(`${nameOf('cluster')} must be redis://… or memberlist://HOST:PORT`);
  const peers = join?.split(',').map((peer) => peer.trim()) ?? [];
  return { bind, join: peers, keys: key && [key], logger };
}

/** Errors do not repeat what is in the file. */
function readKey(file: string, name: string): Uint8Array {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw wrong(`${name}: ${reasonOf(error)}`);
  }
  const bytes = /^[0-9a-f]+$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(0);
  if ([16, 24, 32].includes(bytes.length)) return bytes;
  throw wrong(`${name}: ${file} must hold 16, 24 or 32 bytes in hex`);
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
