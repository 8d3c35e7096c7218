import { Agreement, type Effect, type Input } from '../agreement/agreement.js';
import type { RingRules } from '../agreement/rules.js';
import { completeAgreement } from '../agreement/settings.js';
import { Envelopes } from '../gossip/envelope.js';
import { GossipError } from '../gossip/gossip-error.js';
import type { Ring } from '../ring/ring.js';
import { SimulatedNode, type Surroundings } from './node.js';

/** A node of ours as far as the ring goes: production's {@link Agreement} in simulated surroundings. */
export class AgreeingNode extends SimulatedNode {
  readonly agreement: Agreement;
  /** Told of every change of the ring. */
  onRing: (ring: Ring) => void = () => {};
  readonly #envelopes = new Envelopes();
  #disarm = (): void => {};

  constructor(id: string, around: Surroundings, rules?: RingRules) {
    super(id, around);
    const { simulation, heartbeatMs, failureTimeoutMs } = around;
    this.agreement = new Agreement({
      self: { id, addr: `${id}:9090` },
      settings: completeAgreement({ heartbeatMs, failureTimeoutMs }),
      random: simulation.random,
      now: simulation.now(),
      keptEpoch: around.epochs.get(id),
      virtualNodes: 1,
      rules,
    });
    this.#readClaims();
    this.repeat(6 * heartbeatMs, () => this.#readClaims());
    this.#arm();
  }

  override get ring(): Ring {
    return this.agreement.ring;
  }

  override claim(namespace: string): void {
    this.around.claims.set(namespace, this.id);
    this.#readClaims();
  }

  override leave(): void {
    this.step({ is: 'leave' });
    this.crash();
  }

  step(input: Input): void {
    for (const effect of this.agreement.step(input, this.around.simulation.now())) this.#run(effect);
    this.#arm();
  }

  protected override handle(bytes: Uint8Array): void {
    try {
      const message = this.#envelopes.decode(bytes);
      if (message !== undefined) this.step({ is: 'message', message });
    } catch (error) {
      if (!(error instanceof GossipError)) throw error;
    }
  }

  #readClaims(): void {
    this.step({ is: 'ownership', ownership: { claims: new Map(this.around.claims), holdings: new Set() } });
  }

  #run(effect: Effect): void {
    if (effect.do === 'publish') this.around.bus.publish(this.id, effect.message);
    else if (effect.do === 'keep') this.around.epochs.set(this.id, effect.epoch);
    else if (effect.do === 'ring') this.onRing(effect.ring);
  }

  #arm(): void {
    this.#disarm();
    const delay = this.agreement.deadline - this.around.simulation.now();
    if (delay < Number.POSITIVE_INFINITY) this.#disarm = this.timer(delay, () => this.step({ is: 'time' }));
  }
}
