import { type EncodedValue, MemoryStore, type OwnershipStore, type Store } from '@cfg/core';
import { ConfigClusterDefinition, ConfigPeeringDefinition } from '@cfg/proto';
import { addConfigService, allowAll, createConfigService, type Guard } from '@cfg/service';
import { createServer, type Server } from 'nice-grpc';
import { expect, onTestFinished, vi } from 'vitest';
import { clusterService } from '../peering/cluster-service.js';
import { grpcDialer } from '../peering/grpc-dialer.js';
import { peerGuard } from '../peering/peer-guard.js';
import { peeringService } from '../peering/peering-service.js';
import type { SyncStoreOptions } from '../sync-store/options.js';
import { SyncStore } from '../sync-store/sync-store.js';
import type { Transport, TransportEvents } from '../transports/transport.js';
import { freePort } from './free-port.js';

export const until = { timeout: 120_000, interval: 20 };

export const text = (data: string): EncodedValue => ({
  bytes: Buffer.from(JSON.stringify(data)),
  codec: 'json',
  type: 'string',
});

/** Publish and subscribe within a test, to everyone who has not closed. */
export class TestBus {
  readonly #listeners = new Set<TransportEvents>();

  transport(): Transport {
    const listeners = this.#listeners;
    let own: TransportEvents | undefined;
    return {
      tellsMembers: false,
      async connect(_self, events) {
        own = events;
        listeners.add(events);
      },
      async publish(bytes) {
        if (own === undefined || !listeners.has(own)) return;
        for (const each of listeners) queueMicrotask(() => listeners.has(each) && each.received(bytes));
      },
      async close() {
        if (own !== undefined) listeners.delete(own);
      },
      health: async () => ({ ok: true }),
    };
  }
}

/** Ownership records in memory, shared by the nodes of a test. */
export class Records implements OwnershipStore {
  readonly all: Map<string, string> = new Map();
  async claim(namespace: string, nodeId: string): Promise<void> {
    this.all.set(namespace, nodeId);
  }
  async unclaim(namespace: string, nodeId: string): Promise<boolean> {
    return this.all.get(namespace) === nodeId && this.all.delete(namespace);
  }
  async owners(): Promise<ReadonlyMap<string, string>> {
    return new Map(this.all);
  }
}

/** A node with its gRPC door. */
export interface TestNode {
  readonly id: string;
  readonly store: SyncStore;
  readonly address: string;
  /** Ends without a word to the others; the store stays as it is on the "disk". */
  crash(): Promise<void>;
}

export interface TestNodeOptions extends Partial<SyncStoreOptions> {
  readonly local?: Store;
  readonly guard?: Guard;
}

/** Starts a node of the cluster on `bus`; it is closed after the test. */
export async function startNode(id: string, bus: TestBus, options: TestNodeOptions = {}): Promise<TestNode> {
  const { local = new MemoryStore(), guard: policy = allowAll(), ...rest } = options;
  const guard = peerGuard(policy);
  const address = `127.0.0.1:${await freePort()}`;
  const transport = bus.transport();
  const store = new SyncStore(local, {
    self: { id, addr: address },
    transport,
    dialer: grpcDialer({ insecure: true, token: `node-${id}` }),
    heartbeatMs: 100,
    failureTimeoutMs: 1_500,
    ...rest,
  });
  const service = createConfigService(store, { guard });
  const server: Server = createServer();
  addConfigService(server, service);
  server.add(ConfigPeeringDefinition, peeringService(store.peer, service, guard));
  server.add(ConfigClusterDefinition, clusterService(store, service, guard));
  await store.connect();
  await server.listen(address);
  onTestFinished(async () => {
    service.drain();
    await store.close();
    server.forceShutdown();
  });
  return {
    id,
    store,
    address,
    async crash() {
      await transport.close();
      server.forceShutdown();
    },
  };
}

/** Starts some nodes, and waits until each sees all, and all others of ours. */
export async function startNodes(
  ids: readonly string[],
  options: TestNodeOptions = {},
  bus: TestBus = new TestBus(),
): Promise<TestNode[]> {
  const nodes = await Promise.all(ids.map((id) => startNode(id, bus, options)));
  await together(nodes);
  return nodes;
}

export async function together(nodes: readonly TestNode[]): Promise<void> {
  const ids = nodes.map(({ id }) => id).sort();
  await vi.waitFor(() => {
    for (const { store } of nodes) {
      expect(store.members.map(({ id }) => id)).toEqual(ids);
      for (const id of ids) expect(store.cluster.membership.isKin(id)).toBe(true);
    }
  }, until);
}
