import type { Member } from '../ring/ring-state.js';

/** The known state of a member, and since when. */
export type Presence =
  /** It was heard; `until` when it counts without being heard again. */
  | { readonly is: 'alive'; readonly addr: string; readonly until: number }
  /** A ring lists it, but it was not heard yet: it counts for one failure timeout. */
  | { readonly is: 'listed'; readonly addr: string; readonly until: number }
  /** It said goodbye. */
  | { readonly is: 'left'; readonly addr: string; readonly since: number }
  /** It was not heard for the failure timeout. */
  | { readonly is: 'gone'; readonly addr: string; readonly since: number };

/** Members that are remembered, so that forged names cannot fill the memory. */
const mostMembers = 1_000;

/** So long after a goodbye, as a share of the failure timeout, a heartbeat was on its way before it. */
const overtakenShare = 0.05;

/** Members that left or are gone are forgotten after so many failure timeouts: a day, with the default of 15 s. */
const rememberedTimeouts = 5_760;

/**
 * Who is there, as this node heard it: a member is there because it was heard within the failure timeout, or because
 * the transport says so, never because a message lists it. (A listed one gets the benefit of the doubt once.)
 */
export class Membership {
  readonly #self: string;
  readonly #failureTimeoutMs: number;
  readonly #known = new Map<string, Presence>();
  /** Ids of the members that speak our extensions. */
  readonly #kin = new Set<string>();

  constructor(self: Member, failureTimeoutMs: number) {
    this.#self = self.id;
    this.#failureTimeoutMs = failureTimeoutMs;
    this.#known.set(self.id, { is: 'alive', addr: self.addr, until: Number.POSITIVE_INFINITY });
    this.#kin.add(self.id);
  }

  /** A sign of life. Returns false if there is no room. */
  heard(member: Member, now: number): boolean {
    const known = this.#known.get(member.id);
    const overtaken = known?.is === 'left' && now - known.since < this.#failureTimeoutMs * overtakenShare;
    return overtaken || this.present(member, now + this.#failureTimeoutMs);
  }

  /** The member is there, and counts until then. Returns false if there is no room. */
  present({ id, addr }: Member, until: number): boolean {
    if (id === this.#self) return true;
    const known = this.#known.get(id);
    if (known === undefined && this.#known.size >= mostMembers) return false;
    this.#known.set(id, { is: 'alive', addr, until: known?.is === 'alive' ? Math.max(known.until, until) : until });
    return true;
  }

  /** The member told what only nodes of ours tell. */
  recognize(id: string): void {
    if (this.#known.has(id)) this.#kin.add(id);
  }

  /**
   * A ring names the member. That counts for one that is not known, or whose goodbye may have been misunderstood: what
   * looks like a goodbye can be another member's mistake. It changes nothing for one that is gone.
   */
  listed({ id, addr }: Member, now: number): void {
    const known = this.#known.get(id);
    if (known === undefined ? this.#known.size >= mostMembers : known.is !== 'left') return;
    this.#known.set(id, { is: 'listed', addr, until: now + this.#failureTimeoutMs });
  }

  /** The transport says that the member is not there any more. */
  ended(id: string, how: 'left' | 'gone', now: number): void {
    const known = this.#known.get(id);
    if (known === undefined || id === this.#self) return;
    this.#known.set(id, { is: how, addr: known.addr, since: now });
  }

  /** Lets time pass: who was not heard in time is gone, who is gone for long is forgotten. */
  expire(now: number): void {
    for (const [id, known] of this.#known) {
      if (known.is === 'alive' || known.is === 'listed') {
        if (known.until < now) this.#known.set(id, { is: 'gone', addr: known.addr, since: now });
      } else if (now - known.since > rememberedTimeouts * this.#failureTimeoutMs) {
        this.#known.delete(id);
        this.#kin.delete(id);
      }
    }
  }

  /** This process did not run for a while, and could hear nobody: nobody is gone for that. */
  excuse(missedMs: number): void {
    for (const [id, known] of this.#known) {
      if (known.is === 'alive' || known.is === 'listed')
        this.#known.set(id, { ...known, until: known.until + missedMs });
    }
  }

  get(id: string): Presence | undefined {
    return this.#known.get(id);
  }

  /** Whether the member is there, by what was heard of itself. */
  isAlive(id: string): boolean {
    return this.#known.get(id)?.is === 'alive';
  }

  /** The address of a member that is there; undefined for any other. */
  addressOf(id: string): string | undefined {
    const known = this.#known.get(id);
    return known?.is === 'alive' || known?.is === 'listed' ? known.addr : undefined;
  }

  isKin(id: string): boolean {
    return this.#kin.has(id);
  }

  /** Addresses by id of who is there, this node included. */
  live(): Map<string, string> {
    const live = new Map<string, string>();
    for (const [id, known] of this.#known) if (known.is === 'alive' || known.is === 'listed') live.set(id, known.addr);
    return live;
  }

  [Symbol.iterator](): MapIterator<[string, Presence]> {
    return this.#known.entries();
  }
}
