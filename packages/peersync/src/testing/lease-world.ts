import { ConfigError } from '@cfg/core';
import { randomInt } from '../clock.js';
import type { Peer } from '../lease/peer.js';
import { leaseRules } from '../lease/rules.js';
import { Disk, type Row } from './disk.js';
import { LeaseCheck } from './lease-check.js';
import { LeaseNode } from './lease-node.js';
import type { LeaseLife, LeaseSurroundings, WorldRules } from './lease-surroundings.js';
import { Network } from './network.js';
import { Simulation } from './simulation.js';

export type LeaseHappening =
  | { readonly is: 'set' | 'get'; readonly node: number; readonly namespace: number; readonly key: number }
  /** The namespace is brought to the node, by a handover or, if its holder is gone, by a claim. */
  | { readonly is: 'obtain'; readonly node: number; readonly namespace: number }
  | { readonly is: 'crash' | 'cut'; readonly node: number; readonly forMs: number };

export interface LeaseScript {
  readonly seed: number;
  readonly nodes: number;
  readonly loss: number;
  /** Shares of calls and answers that come late, and that come twice. Default 0. */
  readonly lateness?: number | undefined;
  readonly duplication?: number | undefined;
  /** Whether each node's namespaces are copied by the next one. Default: they are not. */
  readonly followers?: boolean | undefined;
  readonly happenings: readonly { readonly afterMs: number; readonly what: LeaseHappening }[];
  /** Crashes this node at its n-th step (a disk write, a call, or an answer), and starts it again later. */
  readonly crashAt?: { readonly node: number; readonly step: number } | undefined;
}

/** How long a call waits for an answer. */
const callTimeoutMs = 3_000;
/** How long it takes until members notice that one is gone or there again, at most. */
const noticeMs = 8_000;
const downMs = 20_000;

export interface LeaseOutcome {
  /** Every breach of an invariant. */
  readonly breaches: readonly string[];
  /** How many writes were acknowledged. */
  readonly writes: number;
  /** How many reads were answered from a copy. */
  readonly copies: number;
  /** How many steps the node of `crashAt` made. */
  readonly steps: number;
}

/** Runs the script. */
export async function runLeases(script: LeaseScript, rules: Partial<WorldRules> = {}): Promise<LeaseOutcome> {
  const world = new LeaseWorld(script, { ...leaseRules, keeps: () => true, holdsBack: true, ...rules });
  await world.run();
  const { breaches, writes, copies } = world.check;
  return { breaches, writes, copies, steps: world.steps };
}

/** A cluster of nodes with leases; who is there is noticed with a delay, and not by all at the same time. */
export class LeaseWorld implements LeaseSurroundings {
  readonly simulation: Simulation;
  readonly ids: readonly string[];
  readonly check: LeaseCheck;
  readonly rules: WorldRules;
  readonly hasFollowers: boolean;
  steps = 0;
  #isQuiet = false;
  readonly #script: LeaseScript;
  readonly #network: Network;
  readonly #nodes = new Map<string, LeaseNode>();
  readonly #disks: ReadonlyMap<string, Disk>;
  /** By node, who it thinks is gone. */
  readonly #missed = new Map<string, Set<string>>();

  constructor(script: LeaseScript, rules: WorldRules) {
    this.#script = script;
    this.hasFollowers = script.followers ?? false;
    this.rules = rules;
    this.simulation = new Simulation(script.seed);
    this.check = new LeaseCheck(this.simulation);
    this.#network = new Network(this.simulation);
    const { loss, lateness = 0, duplication = 0 } = script;
    Object.assign(this.#network.faults, { loss, lateness, duplication });
    this.ids = Array.from({ length: script.nodes }, (_, number) => `n${number}`);
    this.#disks = new Map(this.ids.map((id) => [id, new Disk()]));
    for (const id of this.ids) this.#missed.set(id, new Set());
  }

  async run(): Promise<void> {
    for (const id of this.ids) await this.#start(id);
    let at = 0;
    for (const { afterMs, what } of this.#script.happenings) {
      at += afterMs;
      await this.simulation.settle(at);
      this.#happen(what);
    }
    await this.simulation.settle(at + 60_000);
    this.#network.heal();
    await this.simulation.settle(at + 90_000);
    await this.#quiet();
  }

  presentFor(id: string): string[] {
    return this.ids.filter((other) => other !== id && !this.#missed.get(id)?.has(other));
  }

  /** Where a ring of those who are there would send the namespace: it may be anybody's. */
  guessFor(id: string, namespace: string): string | undefined {
    const members = [...this.presentFor(id), id].sort();
    return members[Number(namespace.slice(2)) % members.length];
  }

  isFollower(id: string, holder: string): boolean {
    return this.ids[(this.ids.indexOf(holder) + 1) % this.ids.length] === id;
  }

  /** Calls another node: there and back through the network, and lost if either is. */
  call<A>(from: LeaseLife, to: string, ask: (node: LeaseLife) => Promise<A>): Promise<A> {
    this.step(from);
    return new Promise((resolve, reject) => {
      const timer = this.simulation.after(callTimeoutMs, () =>
        reject(new ConfigError('unavailable', `${to} does not answer`)),
      );
      const answer = (settle: () => void): void =>
        this.#network.send(to, from.id, () => {
          if (!from.isUp) return;
          timer();
          settle();
        });
      this.#network.send(from.id, to, () => {
        const node = this.#nodes.get(to);
        if (!node?.isUp) return;
        this.step(node);
        ask(node).then(
          (value) => node.isUp && answer(() => resolve(value)),
          (error) => node.isUp && answer(() => reject(error)),
        );
      });
    });
  }

  peer(from: LeaseLife, id: string): Peer<Row> {
    const world = this;
    return {
      holdings: () => this.call(from, id, (node) => node.holdings()),
      lookup: (namespace) => this.call(from, id, (node) => node.lookup(namespace)),
      changes: (after) => this.call(from, id, (node) => node.changes(after)),
      vote: (namespace, candidate, term) => this.call(from, id, (node) => node.vote(namespace, candidate, term)),
      freeze: (namespace, position) => this.call(from, id, (node) => node.freeze(namespace, position)),
      hand: (namespace, to, position) => this.call(from, id, (node) => node.hand(namespace, to, position)),
      async *pull(namespace, position) {
        for (;;) {
          const next = await world.call(from, id, async (node) => {
            for await (const page of node.pull(namespace, position)) return page;
            return undefined;
          });
          if (next === undefined) return;
          yield next;
          position = next.position;
        }
      },
    };
  }

  step(life: LeaseLife): void {
    const node = this.#nodes.get(life.id);
    if (node !== life) return;
    const { crashAt } = this.#script;
    if (crashAt === undefined || this.#isQuiet || node.id !== this.ids[crashAt.node] || !node.isUp) return;
    if (++this.steps === crashAt.step) this.#crash(node, downMs);
  }

  #happen(what: LeaseHappening): void {
    const id = this.ids[what.node % this.ids.length] as string;
    const node = this.#nodes.get(id);
    if (!node?.isUp) return;
    const ignore = (): void => {};
    if (what.is === 'crash') this.#crash(node, what.forMs);
    else if (what.is === 'cut') this.#cut(id, what.forMs);
    else if (what.is === 'obtain') node.obtain(`ns${what.namespace}`).catch(ignore);
    else if ('key' in what) this.check[what.is](node, `ns${what.namespace}`, `k${what.key}`).catch(ignore);
  }

  async #start(id: string): Promise<void> {
    const node = await LeaseNode.start(id, this, this.#disks.get(id) as Disk);
    this.#nodes.set(id, node);
    this.#notice(id, false);
  }

  #crash(node: LeaseNode, forMs: number): void {
    node.end();
    this.#notice(node.id, true);
    this.simulation.after(forMs, () => void this.#start(node.id));
  }

  #cut(id: string, forMs: number): void {
    const set = (cut: boolean): void => {
      for (const other of this.ids.filter((each) => each !== id)) {
        for (const [from, to] of [
          [id, other],
          [other, id],
        ] as const) {
          if (cut) this.#network.cut(from, to);
          else this.#network.mend(from, to);
          this.#noticeBy(from, to, cut);
        }
      }
    };
    set(true);
    this.simulation.after(forMs, () => set(false));
  }

  #notice(id: string, gone: boolean): void {
    for (const other of this.ids) if (other !== id) this.#noticeBy(other, id, gone);
  }

  #noticeBy(observer: string, id: string, gone: boolean): void {
    this.simulation.after(randomInt(this.simulation.random, noticeMs), () => {
      if (gone) this.#missed.get(observer)?.add(id);
      else this.#missed.get(observer)?.delete(id);
    });
  }

  /** All is well again: everything must be writable and readable through every node, and nothing be lost. */
  async #quiet(): Promise<void> {
    this.#isQuiet = true;
    for (const missed of this.#missed.values()) missed.clear();
    const nodes = [...this.#nodes.values()];
    const settled = this.#settleClaims(nodes);
    await this.simulation.settle(this.simulation.now() + 10_000);
    await settled;
    const work = Promise.all(
      nodes.map(async (node) => {
        for (const namespace of this.check.namespaces()) {
          await this.check.mustServe(node, namespace, 'last');
        }
      }),
    );
    await this.simulation.settle(this.simulation.now() + 120_000);
    await Promise.race([work, this.simulation.settle(this.simulation.now() + 1).then(() => this.check.stuck())]);
    this.check.finish(nodes);
  }

  /** Where two hold a namespace since one was claimed away from a node that was gone, they settle it. */
  async #settleClaims(nodes: readonly LeaseNode[]): Promise<void> {
    for (const node of nodes) {
      for (const other of this.presentFor(node.id)) await node.finder.meet(other).catch(() => {});
    }
  }
}
