import { Envelopes } from '../gossip/envelope.js';
import { GossipError } from '../gossip/gossip-error.js';
import { Ring } from '../ring/ring.js';
import type { RingState } from '../ring/ring-state.js';
import { SimulatedNode, type Surroundings } from './node.js';

/**
 * A node with the rules of the original, as read from its source, weaknesses included: a state is applied only when its
 * epoch is greater, whoever a state lists counts as heard, and only who was never heard is added.
 */
export class OriginalNode extends SimulatedNode {
  readonly #envelopes = new Envelopes();
  readonly #addr: string;
  #members = new Map<string, string>();
  #overrides = new Map<string, string>();
  #epoch: number;
  readonly #heardAt = new Map<string, number>();
  readonly #evictedAt = new Map<string, number>();
  #announcing = false;

  /** `epoch`: where the node's ring is already, in a cluster that has been running for long. */
  constructor(id: string, around: Surroundings, epoch = 0) {
    super(id, around);
    this.#epoch = epoch;
    this.#addr = `${id}:9090`;
    this.#add(id, this.#addr);
    for (const [namespace, owner] of around.claims) if (owner === id) this.#pin(namespace, id);
    this.#announceNow();
    this.repeat(around.heartbeatMs, () => around.bus.publish(id, { is: 'heartbeat', from: { id, addr: this.#addr } }));
    this.repeat(around.heartbeatMs, () => this.#detect());
  }

  override get ring(): Ring {
    return Ring.empty(1).withState(this.#state);
  }

  override claim(namespace: string): void {
    this.around.claims.set(namespace, this.id);
    this.#pin(namespace, this.id);
    this.#announce();
  }

  override leave(): void {
    this.#remove(this.id);
    this.#announceNow();
    this.crash();
  }

  protected override handle(bytes: Uint8Array): void {
    let message: ReturnType<Envelopes['decode']>;
    try {
      message = this.#envelopes.decode(bytes);
    } catch (error) {
      if (error instanceof GossipError) return;
      throw error;
    }
    if (message?.is === 'heartbeat') this.#heartbeat(message.from.id, message.from.addr);
    else if (message?.is === 'ring') this.#received(message.state);
  }

  get #state(): RingState {
    return { members: this.#members, overrides: this.#overrides, epoch: this.#epoch };
  }

  get #now(): number {
    return this.around.simulation.now();
  }

  #add(id: string, addr: string): void {
    if (this.#members.has(id)) return;
    this.#members.set(id, addr);
    this.#epoch++;
  }

  #remove(id: string): void {
    if (this.#members.delete(id)) this.#epoch++;
  }

  #pin(namespace: string, owner: string): void {
    if (this.#overrides.get(namespace) === owner) return;
    this.#overrides.set(namespace, owner);
    this.#epoch++;
  }

  #announceNow(): void {
    this.around.bus.publish(this.id, { is: 'ring', state: this.#state });
  }

  #announce(): void {
    if (this.#announcing) return;
    this.#announcing = true;
    this.timer(1, () => {
      this.#announcing = false;
      this.#announceNow();
    });
  }

  #received(state: RingState): void {
    if (state.epoch > this.#epoch) {
      this.#members = new Map(state.members);
      this.#overrides = new Map(state.overrides);
      this.#epoch = state.epoch;
      for (const [id, at] of this.#evictedAt) if (this.#isGreylisted(at)) this.#remove(id);
    }
    for (const id of state.members.keys()) {
      if (id === this.id) continue;
      const evictedAt = this.#evictedAt.get(id);
      if (evictedAt !== undefined && this.#isGreylisted(evictedAt)) continue;
      this.#evictedAt.delete(id);
      if (!this.#heardAt.has(id)) this.#heardAt.set(id, this.#now);
    }
  }

  #heartbeat(id: string, addr: string): void {
    const absent = !this.#heardAt.has(id);
    this.#heardAt.set(id, this.#now);
    if (!absent) return;
    this.#add(id, addr);
    this.#announce();
  }

  #detect(): void {
    const { failureTimeoutMs } = this.around;
    const dead = [...this.#heardAt].filter(([id, at]) => id !== this.id && this.#now - at > failureTimeoutMs);
    for (const [id] of dead) {
      this.#heardAt.delete(id);
      this.#evictedAt.set(id, this.#now);
      this.#remove(id);
    }
    for (const [id, at] of this.#evictedAt) if (!this.#isGreylisted(at)) this.#evictedAt.delete(id);
    if (dead.length > 0) this.#announce();
  }

  #isGreylisted(evictedAt: number): boolean {
    return this.#now - evictedAt < 2 * this.around.failureTimeoutMs;
  }
}
