import { createHash } from 'node:crypto';
import type { Health } from '@cfg/core';
import { Memberlist, type MemberlistNode } from '../memberlist/memberlist.js';
import type { MemberlistOptions } from '../memberlist/options.js';
import type { Member } from '../ring/ring-state.js';
import type { Transport, TransportEvents } from './transport.js';

export interface MemberlistTransportOptions extends Omit<MemberlistOptions, 'name' | 'meta'> {
  /** Gossip addresses (`host:port`) of some nodes of the cluster, to join when connecting. Default: none, start alone. */
  readonly join?: readonly string[] | undefined;
}

/** Up to so many other nodes are reached by gossip alone: each message is passed on four times. */
const mostByGossip = 4;

/** Messages that are remembered, so that each is passed on once. */
const mostSeen = 1_000;

/**
 * Gossip over memberlist, without a broker: who is there is found out by probes. Go nodes of the original pass on only
 * what they say themselves, and lose what does not fit a packet; a node of ours passes on what it hears, once, and sends
 * what is large, or is for many, by TCP to each.
 *
 * @example
 * const transport = memberlistTransport({ bind: { host: '10.0.0.7' }, join: ['10.0.0.5:7946'] });
 */
export function memberlistTransport(options: MemberlistTransportOptions = {}): Transport {
  return new MemberlistTransport(options);
}

class MemberlistTransport implements Transport {
  readonly tellsMembers = true;
  readonly #options: MemberlistTransportOptions;
  readonly #seen = new Set<string>();
  #self = '';
  #list: Memberlist | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: MemberlistTransportOptions) {
    this.#options = options;
  }

  async connect(self: Member, events: TransportEvents): Promise<void> {
    const { join, ...options } = this.#options;
    this.#self = self.id;
    this.#list = new Memberlist(
      { ...options, name: self.id, meta: Buffer.from(self.addr) },
      {
        onMember: (what, node) => {
          if (what === 'left' || what === 'gone') events.ended(node.name, what);
          else events.joined({ id: node.name, addr: addrOf(node) });
        },
        onMessage: (payload) => {
          if (this.#isNew(payload)) events.received(payload);
        },
      },
    );
    await this.#list.start();
    if (join !== undefined && join.length > 0) await this.#list.join(join);
  }

  async join(peers: readonly string[]): Promise<void> {
    await this.#list?.join(peers);
  }

  async publish(bytes: Uint8Array, key: string): Promise<void> {
    const list = this.#list;
    if (list === undefined) return;
    this.#remember(hashOf(bytes));
    const others = list.members().filter(({ name }) => name !== this.#self);
    if (list.broadcast(key, bytes) && others.length <= mostByGossip) return;
    // Whoever does not take it is gone, or gets the next one.
    await Promise.allSettled(others.map((node) => list.send(node, bytes)));
  }

  async health(): Promise<Health> {
    const score = this.#list?.health;
    if (score === undefined) return { ok: false, message: 'memberlist: not connected' };
    return score < 4
      ? { ok: true }
      : { ok: false, message: `memberlist: this node does not hear others in time (${score})` };
  }

  close(): Promise<void> {
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  async #leave(): Promise<void> {
    const list = this.#list;
    this.#list = undefined;
    if (list === undefined) return;
    try {
      await list.leave();
    } finally {
      await list.close();
    }
  }

  /** Passes a message on that was not seen before. */
  #isNew(payload: Uint8Array): boolean {
    const hash = hashOf(payload);
    if (this.#seen.has(hash)) return false;
    this.#remember(hash);
    this.#list?.broadcast(hash, payload);
    return true;
  }

  #remember(hash: string): void {
    this.#seen.delete(hash);
    this.#seen.add(hash);
    const [oldest] = this.#seen;
    if (this.#seen.size > mostSeen && oldest !== undefined) this.#seen.delete(oldest);
  }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');

/** The original takes the gossip address for the peer's where a node tells none. */
function addrOf({ meta, address }: MemberlistNode): string {
  return meta.length > 0 ? Buffer.from(meta).toString() : `${address.host}:${address.port}`;
}
