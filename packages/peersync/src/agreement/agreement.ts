import { type Random, randomInt } from '../clock.js';
import type { GossipMessage, Heartbeat } from '../gossip/message.js';
import { Membership } from '../membership/membership.js';
import { defaultVirtualNodes } from '../ring/hash-ring.js';
import { Ring } from '../ring/ring.js';
import { digestOf, type Member, type RingState, sameContent } from '../ring/ring-state.js';
import { type Facts, nothingOwned, type Ownership, type RingRules, ringRules } from './rules.js';
import type { AgreementSettings } from './settings.js';

/** An event at a node. */
export type Input =
  | { readonly is: 'message'; readonly message: GossipMessage }
  /** The transport says who is there, and for how long that holds. */
  | { readonly is: 'joined'; readonly member: Member }
  | { readonly is: 'ended'; readonly id: string; readonly how: 'left' | 'gone' }
  | { readonly is: 'ownership'; readonly ownership: Ownership }
  /** Pins the namespace to a member, or without one unpins it. */
  | { readonly is: 'pin'; readonly namespace: string; readonly owner: string | undefined }
  | { readonly is: 'leave' }
  /** The deadline has come. */
  | { readonly is: 'time' };

/** The actions of a node in response, in this order. */
export type Effect =
  /** Keep the epoch for the next start. */
  | { readonly do: 'keep'; readonly epoch: number }
  | { readonly do: 'publish'; readonly message: GossipMessage }
  /** The ring has changed. */
  | { readonly do: 'ring'; readonly ring: Ring }
  /** The ring that came said that a member has what this node holds: the two have to find out who does. */
  | { readonly do: 'dispute'; readonly member: string }
  /** A message was not taken. */
  | { readonly do: 'refuse'; readonly reason: string };

export interface AgreementInit {
  readonly self: Member;
  readonly settings: AgreementSettings;
  readonly random: Random;
  readonly now: number;
  /** The last epoch that was kept before the restart; 0 or absent: none. */
  readonly keptEpoch?: number | undefined;
  readonly virtualNodes?: number | undefined;
  /** Whether the transport says who is there: heartbeats, which may come late, then are no signs of life. Default false. */
  readonly tellsMembers?: boolean | undefined;
  /** For the simulation, which takes rules out. */
  readonly rules?: RingRules | undefined;
}

const never = Number.POSITIVE_INFINITY;

/**
 * How one node agrees with the others on the ring. A state machine without input or output of its own: it is told what
 * happens and when, and returns what to do. `step` is to be called with `{is: 'time'}` at {@link deadline}.
 */
export class Agreement {
  readonly self: Member;
  readonly membership: Membership;
  readonly #settings: AgreementSettings;
  readonly #random: Random;
  readonly #rules: RingRules;
  readonly #tellsMembers: boolean;
  readonly #bornAt: number;
  #ring: Ring;
  #ownership: Ownership = nothingOwned;
  #digest: { of: RingState; is: number } | undefined;
  /** The recent pins and unpins of this node, each with the time until which it counts as recent. */
  readonly #pins = new Map<string, { readonly owner: string | undefined; readonly until: number }>();
  #effects: Effect[] = [];
  #heartbeatAt: number;
  #reannounceAt: number;
  #reannounced = 0;
  #repairAt = never;
  #announceAt = never;
  #someoneIsBehind = false;
  #left = false;

  constructor(init: AgreementInit) {
    const { self, settings, now } = init;
    this.self = self;
    this.#settings = settings;
    this.#random = init.random;
    this.#rules = init.rules ?? ringRules;
    this.#tellsMembers = init.tellsMembers ?? false;
    this.#bornAt = now;
    this.membership = new Membership(self, settings.failureTimeoutMs);
    this.#heartbeatAt = now;
    this.#reannounceAt = now + settings.reannounceMs;
    const members = new Map([[self.id, self.addr]]);
    const alone: RingState = { members, overrides: new Map(), epoch: this.#rules.restartEpoch(init.keptEpoch ?? 0) };
    this.#ring = Ring.empty(init.virtualNodes ?? defaultVirtualNodes).withState(alone);
  }

  get ring(): Ring {
    return this.#ring;
  }

  /** When the next `{is: 'time'}` is due. */
  get deadline(): number {
    return this.#left ? never : Math.min(this.#heartbeatAt, this.#reannounceAt, this.#repairAt, this.#announceAt);
  }

  /** Takes in what happened at `now`, and returns what to do about it. */
  step(input: Input, now: number): readonly Effect[] {
    if (this.#left) return [];
    const before = this.#ring;
    this.#effects = [];
    this.#take(input, now);
    if (this.#ring === before) return this.#effects;
    return [{ do: 'keep', epoch: this.#ring.state.epoch }, { do: 'ring', ring: this.#ring }, ...this.#effects];
  }

  #take(input: Input, now: number): void {
    switch (input.is) {
      case 'message':
        if (input.message.is === 'heartbeat') this.#heartbeat(input.message, now);
        else this.#received(input.message.state, now);
        break;
      case 'joined':
        this.#heard(input.member, this.membership.present(input.member, never), now);
        break;
      case 'ended':
        this.membership.ended(input.id, input.how, now);
        this.#repairSoon(now);
        break;
      case 'ownership':
        this.#ownership = input.ownership;
        this.#repair(now);
        break;
      case 'pin':
        this.#pin(input.namespace, input.owner, now);
        break;
      case 'leave':
        this.#leave();
        break;
      case 'time':
        this.#time(now);
        break;
    }
  }

  #time(now: number): void {
    const late = now - this.deadline;
    this.membership.excuse(this.#rules.excuse(late, this.#settings.heartbeatMs));
    if (now >= this.#heartbeatAt) {
      this.#heartbeatAt = now + this.#settings.heartbeatMs;
      const { epoch } = this.#ring.state;
      this.#publish({ is: 'heartbeat', from: this.self, ring: { epoch, digest: this.#digestOf(this.#ring.state) } });
      this.membership.expire(now);
      this.#repair(now);
    }
    if (now >= this.#reannounceAt) this.#reannounce(now);
    if (now >= this.#repairAt) this.#repair(now);
    if (now >= this.#announceAt) this.#announce();
  }

  #heartbeat({ from, ring }: Heartbeat, now: number): void {
    if (from.id === this.self.id) return;
    if (!this.#tellsMembers) this.#heard(from, this.membership.heard(from, now), now);
    if (ring === undefined) return;
    this.membership.recognize(from.id);
    const mine = this.#ring.state;
    const differs = ring.epoch === mine.epoch && ring.digest !== this.#digestOf(mine);
    if (ring.epoch < mine.epoch || differs) this.#answer(now);
  }

  #heard({ id, addr }: Member, taken: boolean, now: number): void {
    if (!taken) this.#refuse(`member ${id}: there are too many`);
    else if (this.#ring.state.members.get(id) !== addr) this.#repairSoon(now);
  }

  #received(state: RingState, now: number): void {
    const mine = this.#ring.state;
    if (state.epoch < mine.epoch) {
      this.#answer(now);
      return;
    }
    if (state.epoch === mine.epoch && sameContent(state, mine)) {
      this.#announceAt = never; // somebody else has announced it
      return;
    }
    const facts = this.#facts(now);
    const refusal = this.#rules.refusal(state, mine, facts);
    if (refusal !== undefined) {
      this.#refuse(refusal);
      return;
    }
    const leaver = this.#rules.leaver(state, mine);
    if (leaver !== undefined) this.membership.ended(leaver, 'left', now);
    for (const [id, addr] of state.members) this.membership.listed({ id, addr }, now);
    if (state.epoch > mine.epoch) {
      this.#adopt(state);
      this.#repair(now);
    } else {
      const merged = this.#rules.merge(mine, state, facts);
      if (merged !== mine) this.#raise(merged, 2, now);
    }
  }

  #answer(now: number): void {
    if (!this.#rules.answersWhoIsBehind) return;
    this.#someoneIsBehind = true;
    this.#repairSoon(now);
  }

  #pin(namespace: string, owner: string | undefined, now: number): void {
    const { state } = this.#ring;
    this.#pins.set(namespace, { owner, until: now + this.#settings.heartbeatMs });
    if (state.overrides.get(namespace) === owner) return;
    const overrides = new Map(state.overrides);
    if (owner === undefined) overrides.delete(namespace);
    else overrides.set(namespace, owner);
    this.#raise({ ...state, overrides }, 1, now);
    this.#announce();
  }

  #repair(now: number): void {
    this.#repairAt = never;
    const repaired = this.#rules.repair(this.#ring, this.#facts(now));
    if (repaired !== this.#ring.state) {
      this.#dispute();
      this.#raise(repaired, 2, now);
    } else if (this.#someoneIsBehind) this.#announceAt = now;
    this.#someoneIsBehind = false;
    if (now >= this.#announceAt) this.#announce();
  }

  /** Notices members to whom the ring gives what this node holds. */
  #dispute(): void {
    const owners = new Set([...this.#ownership.holdings].map((namespace) => this.#ring.ownerOf(namespace)));
    owners.delete(this.self.id);
    for (const member of owners) if (member !== undefined) this.#effects.push({ do: 'dispute', member });
  }

  #reannounce(now: number): void {
    this.#reannounceAt = now + this.#settings.reannounceMs;
    const facts = this.#facts(now);
    if (!this.#rules.reannounces(facts)) return;
    const step = this.#rules.reannounceStep(this.#reannounced++);
    this.#raise(this.#rules.restoreClaims(this.#ring.state, facts), step, now);
    this.#announce();
  }

  #leave(): void {
    const { state } = this.#ring;
    const members = new Map(state.members);
    members.delete(this.self.id);
    this.#adopt({ ...state, members, epoch: state.epoch + 1 });
    this.#publish({ is: 'ring', state: this.#ring.state });
    this.#left = true;
  }

  /** Puts a change in force, and soon announces it. */
  #raise(state: RingState, by: number, now: number): void {
    this.#adopt({ ...state, epoch: state.epoch + by });
    this.#announceAt = Math.min(this.#announceAt, this.#soon(now));
  }

  #adopt(state: RingState): void {
    this.#ring = this.#ring.withState(state);
    this.#announceAt = never;
  }

  #announce(): void {
    this.#announceAt = never;
    this.#publish({ is: 'ring', state: this.#ring.state });
  }

  #repairSoon(now: number): void {
    this.#repairAt = Math.min(this.#repairAt, this.#soon(now));
  }

  #soon(now: number): number {
    const { least, most } = this.#settings.repairDelayMs;
    return now + least + randomInt(this.#random, most - least);
  }

  #facts(now: number): Facts {
    for (const [namespace, { until }] of this.#pins) if (until < now) this.#pins.delete(namespace);
    return {
      pins: new Map([...this.#pins].map(([namespace, { owner }]) => [namespace, owner])),
      self: this.self.id,
      membership: this.membership,
      ownership: this.#ownership,
      heardEveryone: now - this.#bornAt > this.#settings.failureTimeoutMs,
    };
  }

  #digestOf(state: RingState): number {
    if (this.#digest?.of !== state) this.#digest = { of: state, is: digestOf(state) };
    return this.#digest.is;
  }

  #publish(message: GossipMessage): void {
    this.#effects.push({ do: 'publish', message });
  }

  #refuse(reason: string): void {
    this.#effects.push({ do: 'refuse', reason });
  }
}
