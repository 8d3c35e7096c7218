import { ConfigError, isConfigError } from '@cfg/core';
import type { Clock, Random } from '../clock.js';
import type { Holder, Lease } from './lease.js';
import { holderBy } from './lease.js';
import type { LeaseBook } from './lease-book.js';
import type { Holding, Peers } from './peer.js';
import { type Decision, type LeaseRules, leaseRules, type Vote } from './rules.js';

/** How often a node tries to begin a namespace that another one wants to begin as well. */
const attempts = 8;

/** Longest wait before the second attempt; it doubles with each. */
const backoffMs = 50;

/** How long a claim asks again who does not answer, in milliseconds: a node's door opens a moment after it has joined. */
const claimPatienceMs = 3_000;

export interface FinderOptions {
  /** How many members must be known before anything is begun or claimed. */
  readonly minMembers: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly rules?: LeaseRules | undefined;
}

/** Finds out who holds a namespace, and begins one that nobody holds. */
export class LeaseFinder {
  readonly #book: LeaseBook;
  readonly #peers: Peers<unknown>;
  readonly #minMembers: number;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #rules: LeaseRules;

  constructor(
    book: LeaseBook,
    peers: Peers<unknown>,
    { minMembers, clock, random, rules = leaseRules }: FinderOptions,
  ) {
    this.#book = book;
    this.#peers = peers;
    this.#minMembers = minMembers;
    this.#clock = clock;
    this.#random = random;
    this.#rules = rules;
  }

  /**
   * Asks everyone who holds the namespace. Undefined: nobody does. Fails with `unavailable` where that is not certain,
   * since somebody did not answer or too few are there.
   */
  async find(namespace: string): Promise<Holder | undefined> {
    const own = holderBy(this.#book.get(namespace), this.#peers.self);
    if (own?.by === this.#peers.self) return own;
    await this.#peers.settled();
    const leases = await this.#lookup(namespace);
    const holder = this.#latest(leases, own);
    if (holder !== undefined) return holder;
    this.#checkQuorum(namespace, leases.size + 1);
    const heard = (id: string): boolean => id === this.#peers.self || leases.has(id);
    const lost = [this.#book.get(namespace), ...leases.values()].flatMap(candidates).find((id) => !heard(id));
    if (lost === undefined) return undefined;
    throw new ConfigError('unavailable', `namespace ${namespace}: ${lost}, who is gone, may hold it`);
  }

  /** Makes this node the holder of a namespace that nobody holds, or returns who is. */
  async begin(namespace: string): Promise<Holder> {
    const { self } = this.#peers;
    let refusedAt = 0;
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (attempt > 0) await this.#wait(this.#random() * backoffMs * 2 ** attempt);
      const holder = await this.find(namespace);
      if (holder !== undefined) return holder;
      const term = Math.max(this.#book.get(namespace)?.term ?? 0, refusedAt) + 1;
      const votes = await this.#votes(namespace, term);
      const held = [...votes.values()].flatMap((answer) => (answer.is === 'held' ? [answer.holder] : []));
      if (held.length > 0) return held.reduce((latest, each) => (each.term > latest.term ? each : latest));
      this.#checkQuorum(namespace, votes.size);
      for (const answer of votes.values()) if (answer.is === 'refused') refusedAt = Math.max(refusedAt, answer.term);
      if (!this.#rules.isElected(votes, this.#peers.known())) continue;
      if (await this.#book.change(namespace, (lease) => this.#rules.begin(lease, self, term)))
        return { by: self, term };
    }
    throw new ConfigError('unavailable', `namespace ${namespace}: another node is about to begin it`);
  }

  /** Makes this node the holder in place of one that is gone. */
  async claim(namespace: string): Promise<Holder> {
    const leases = await this.#lookupAgain(namespace);
    this.#checkQuorum(namespace, leases.size + 1);
    const known = Math.max(0, ...[...leases.values()].map((lease) => lease?.term ?? 0));
    const term = await this.#book.change(namespace, (lease) => this.#rules.claim(lease, this.#peers.self, known));
    return { by: this.#peers.self, term };
  }

  /**
   * Settles with another node what both of them hold, and learns what it has by a greater term. To be called whenever one was gone and is there: it may have been
   * claimed away from. Returns what this node had to give up.
   */
  async meet(id: string): Promise<readonly Holding[]> {
    const given: Holding[] = [];
    for (const holding of await this.#peers.get(id).holdings()) {
      const other = { by: id, term: holding.term };
      // Most are settled, and need not wait for their turn.
      if (this.#rules.meet(this.#book.get(holding.namespace), this.#peers.self, other).lease === undefined) continue;
      const gaveWay = (lease: Lease | undefined): Decision<boolean> => this.#rules.meet(lease, this.#peers.self, other);
      if (await this.#book.change(holding.namespace, gaveWay)) given.push(holding);
    }
    return given;
  }

  #lookup(namespace: string): Promise<Map<string, Lease | undefined>> {
    return this.#askAll(namespace, (id) => this.#peers.get(id).lookup(namespace));
  }

  async #lookupAgain(namespace: string): Promise<Map<string, Lease | undefined>> {
    const until = this.#clock.now() + claimPatienceMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#lookup(namespace);
      } catch (error) {
        if (!isConfigError(error, 'unavailable') || this.#clock.now() >= until) throw error;
        await this.#wait(Math.min(backoffMs * 2 ** attempt, 1_000));
      }
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(ms, resolve));
  }

  async #votes(namespace: string, term: number): Promise<Map<string, Vote>> {
    const { self } = this.#peers;
    const own = await this.#book.change(namespace, (lease) => this.#rules.vote(lease, self, self, term));
    const votes = await this.#askAll(namespace, (id) => this.#peers.get(id).vote(namespace, self, term));
    return votes.set(self, own);
  }

  #latest(leases: ReadonlyMap<string, Lease | undefined>, own: Holder | undefined): Holder | undefined {
    let latest = own;
    for (const [id, lease] of leases) {
      const holder = holderBy(lease, id);
      // Of two who tell of the same term, the one that holds it knows best.
      const better = holder !== undefined && (latest === undefined || holder.term > latest.term || holder.by === id);
      if (better && !(latest !== undefined && holder.term < latest.term)) latest = holder;
    }
    return latest;
  }

  async #askAll<A>(namespace: string, ask: (id: string) => Promise<A>): Promise<Map<string, A>> {
    const answers = new Map<string, A>();
    const present = this.#peers.present();
    const results = await Promise.allSettled(present.map(async (id) => answers.set(id, await ask(id))));
    const faults = results.map((result) => (result.status === 'rejected' ? (result.reason as unknown) : undefined));
    // A node of the original holds nothing in the sense of a lease.
    const isSilent = (reason: unknown): boolean => reason !== undefined && !isConfigError(reason, 'unsupported');
    const silent = present.filter((_, i) => isSilent(faults[i]));
    const fault = faults.find(isSilent);
    if (fault !== undefined && !isConfigError(fault)) throw fault;
    if (silent.length > 0) {
      throw new ConfigError('unavailable', `namespace ${namespace}: no answer from ${silent.join(', ')}`, {
        cause: fault,
      });
    }
    return answers;
  }

  #checkQuorum(namespace: string, answered: number): void {
    const known = Math.max(this.#peers.known(), this.#minMembers);
    if (this.#rules.isMost(answered, known) && this.#peers.known() >= this.#minMembers) return;
    throw new ConfigError('unavailable', `namespace ${namespace}: only ${answered} of ${known} members are there`);
  }
}

/** Who might have begun the namespace, by this lease. */
const candidates = (lease: Lease | undefined): readonly string[] =>
  lease?.is === 'promised' ? [lease.to, ...lease.earlier] : [];
