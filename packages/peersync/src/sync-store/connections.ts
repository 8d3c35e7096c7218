import { ConfigError, type TransferRecord } from '@cfg/core';
import type { Cluster } from '../cluster/cluster.js';
import type { Peers } from '../lease/peer.js';
import type { Connection, Dialer } from './dialer.js';

/** The ways to the other members, by address; closed when a member is gone. */
export class Connections {
  readonly #cluster: Cluster;
  readonly #dialer: Dialer;
  readonly #open = new Map<string, { readonly addr: string; readonly connection: Connection }>();

  constructor(cluster: Cluster, dialer: Dialer) {
    this.#cluster = cluster;
    this.#dialer = dialer;
  }

  /** Fails with `unavailable` if the member is not there. */
  to(id: string): Connection {
    const addr = this.#cluster.membership.live().get(id);
    if (addr === undefined) throw new ConfigError('unavailable', `node ${id} is not there`);
    const known = this.#open.get(id);
    if (known?.addr === addr) return known.connection;
    void known?.connection.close();
    const connection = this.#dialer.dial({ id, addr }, this.#cluster.self.id);
    this.#open.set(id, { addr, connection });
    return connection;
  }

  /** Closes those whose members are gone or have moved. */
  prune(): void {
    const live = this.#cluster.membership.live();
    for (const [id, { addr, connection }] of this.#open) {
      if (live.get(id) === addr) continue;
      this.#open.delete(id);
      void connection.close();
    }
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(all.map(({ connection }) => connection.close()));
  }

  /** The members as leases need them. */
  get peers(): Peers<TransferRecord> {
    const { membership, self } = this.#cluster;
    return {
      self: self.id,
      present: () => [...membership.live().keys()].filter((id) => id !== self.id && membership.isKin(id)),
      known: () => [...membership].filter(([id, { is }]) => is !== 'left' && membership.isKin(id)).length,
      get: (id) => this.to(id).peer,
    };
  }
}
