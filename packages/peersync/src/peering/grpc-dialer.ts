import type { RemoteStoreOptions } from '@cfg/client';
import { type ConnectionOptions, openChannel } from '@cfg/client/channel';
import type { Caller, Store } from '@cfg/core';
import { ConfigPeeringDefinition, staleHeader } from '@cfg/proto';
import { createClientFactory, type Metadata, Metadata as newMetadata } from 'nice-grpc';
import type { ClientMiddleware } from 'nice-grpc-common';
import { systemClock } from '../clock.js';
import { ForwardedGets } from '../forwarding/forwarded-gets.js';
import { PeerStore } from '../forwarding/peer-store.js';
import type { Connection, Dialer } from '../sync-store/dialer.js';
import { passedOn } from '../sync-store/way.js';
import { RemotePeer } from './remote-peer.js';

export interface GrpcDialerOptions
  extends ConnectionOptions,
    Pick<RemoteStoreOptions, 'token' | 'callTimeoutMs' | 'retry' | 'circuitBreaker'> {
  /** This node's own credential, for what it does by itself; calls for others carry those of their callers. */
  readonly token?: string | undefined;
  /** How long a node is waited for before it counts as away, in milliseconds. Default 2,000. */
  readonly connectTimeoutMs?: number | undefined;
}

/**
 * Opens the ways to other nodes by gRPC, one connection for each. A node that is away fails its calls fast, so that a
 * caller is not kept waiting for it.
 *
 * @example
 * const dialer = grpcDialer({ tls: { ca: readFileSync('ca.pem') }, token: process.env.CLUSTER_TOKEN });
 */
export function grpcDialer(options: GrpcDialerOptions = {}): Dialer {
  const {
    token,
    connectTimeoutMs = 2_000,
    callTimeoutMs = 10_000,
    circuitBreaker,
    retry = { maxRetries: 1, maxBackoffMs: 500 },
    ...channelOptions
  } = options;
  return {
    dial(member, from): Connection {
      const middleware = [marking(from, token)];
      let store: Promise<Store> | undefined;
      let opened: Store | undefined;
      const connect = async (): Promise<Store> => {
        const settings = { ...channelOptions, retry, callTimeoutMs, connectTimeoutMs, circuitBreaker, middleware };
        const remote = new PeerStore(member.addr, settings, gets);
        try {
          await remote.connect();
          opened = remote;
          return remote;
        } catch (error) {
          store = undefined;
          await remote.close();
          throw error;
        }
      };
      const channel = openChannel(member.addr, channelOptions);
      const client = createClientFactory().use(marking(from, token)).create(ConfigPeeringDefinition, channel);
      const gets = new ForwardedGets({
        node: member.id,
        open: (requests, signal) => client.gets(requests, { signal }),
        clock: systemClock,
        timeoutMs: callTimeoutMs,
      });
      return {
        get opened() {
          return opened;
        },
        store: () => {
          store ??= connect();
          return store;
        },
        peer: new RemotePeer(member.id, client),
        async close() {
          gets.close();
          channel.close();
          await store?.then(
            (open) => open.close(),
            () => {},
          );
        },
      };
    },
  };
}

/**
 * Says which way a call has come, and for whom it is made: with the credential of its caller, or where there is none, as
 * in what nodes ask each other, with the node's own.
 */
function marking(from: string, token: string | undefined): ClientMiddleware {
  return (call, options) => {
    const { caller, ...rest } = options as typeof options & { readonly caller?: Caller | undefined };
    const metadata: Metadata = newMetadata(options.metadata);
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    for (const [name, value] of passedOn(caller, from)) metadata.set(name, value);
    const heed = (received: Metadata): void => {
      const stale = received.get(staleHeader);
      if (stale !== undefined) caller?.header?.set(staleHeader, stale);
    };
    const onHeader = (received: Metadata): void => {
      rest.onHeader?.(received);
      heed(received);
    };
    // An answer that is an error has its headers in the trailer.
    const onTrailer = (received: Metadata): void => {
      rest.onTrailer?.(received);
      heed(received);
    };
    return call.next(call.request, { ...rest, metadata, onHeader, onTrailer });
  };
}
