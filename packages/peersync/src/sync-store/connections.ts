import { ConfigError, isConfigError, type TransferRecord } from '@cfg/core';
import type { Cluster } from '../cluster/cluster.js';
import type { Peer, Peers } from '../lease/peer.js';
import type { Connection, Dialer } from './dialer.js';

/** The ways to the other members, by address; closed when a member is gone. */
export class Connections {
  readonly #cluster: Cluster;
  readonly #dialer: Dialer;
  /** By id, the addresses of members that turned out to be the original's. */
  readonly #originals = new Map<string, string>();
  readonly #open = new Map<string, { readonly addr: string; readonly connection: Connection }>();

  constructor(cluster: Cluster, dialer: Dialer) {
    this.#cluster = cluster;
    this.#dialer = dialer;
  }

  /** Fails with `unavailable` if the member is not there. */
  to(id: string): Connection {
    const addr = this.#cluster.membership.addressOf(id);
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
    const { membership } = this.#cluster;
    for (const [id, { addr, connection }] of this.#open) {
      if (membership.addressOf(id) === addr) continue;
      this.#open.delete(id);
      void connection.close();
    }
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(all.map(({ connection }) => connection.close()));
  }

  /** Whether the member is known to be the original's: it was asked what only ours understand. */
  isOriginal(id: string): boolean {
    const addr = this.#originals.get(id);
    return addr !== undefined && addr === this.#cluster.membership.get(id)?.addr;
  }

  /** The members as leases need them. `settled` resolves when everyone who is there had time to be heard. */
  peers(settled: () => Promise<void>): Peers<TransferRecord> {
    const { membership, self } = this.#cluster;
    return {
      self: self.id,
      settled,
      present: () => [...membership.live().keys()].filter((id) => id !== self.id && !this.isOriginal(id)),
      known: () => [...membership].filter(([id, { is }]) => is !== 'left' && !this.isOriginal(id)).length,
      get: (id) => this.#noticing(id, this.to(id).peer),
    };
  }

  /** Notices when the peer does not understand what it is asked. */
  #noticing(id: string, peer: Peer<TransferRecord>): Peer<TransferRecord> {
    const notice = async <T>(answer: Promise<T>): Promise<T> => {
      try {
        return await answer;
      } catch (error) {
        const addr = this.#cluster.membership.get(id)?.addr;
        if (isConfigError(error, 'unsupported') && addr !== undefined) this.#originals.set(id, addr);
        throw error;
      }
    };
    return {
      lookup: (namespace) => notice(peer.lookup(namespace)),
      holdings: () => notice(peer.holdings()),
      changes: (after) => notice(peer.changes(after)),
      vote: (namespace, candidate, term) => notice(peer.vote(namespace, candidate, term)),
      pull: (namespace, position) => peer.pull(namespace, position),
      freeze: (namespace, position) => peer.freeze(namespace, position),
      hand: (namespace, to, position) => peer.hand(namespace, to, position),
    };
  }
}
