import type { RingRules } from '../agreement/rules.js';
import type { Ring } from '../ring/ring.js';
import { AgreeingNode } from './agreeing-node.js';
import { Bus } from './bus.js';
import { Network } from './network.js';
import type { SimulatedNode, Surroundings } from './node.js';
import { OriginalNode } from './original-node.js';
import { Simulation } from './simulation.js';

/** The actions on a cluster, one after another. Nodes are identified by their number. */
export type Happening =
  | { readonly is: 'claim'; readonly node: number; readonly namespace: number }
  | { readonly is: 'crash' | 'leave' | 'pause'; readonly node: number; readonly forMs: number }
  | { readonly is: 'cut'; readonly node: number; readonly forMs: number; readonly way: 'in' | 'out' | 'both' }
  | { readonly is: 'forge'; readonly what: string };

/** A whole run, repeatable. */
export interface RingScript {
  readonly seed: number;
  readonly nodes: readonly ('ours' | 'original')[];
  /** The epoch of a cluster of the original, the first node of which is n0, that has been running for long. */
  readonly originalEpoch: number;
  /** Time between the starts of one node and the next. */
  readonly startEveryMs: number;
  readonly loss: number;
  readonly duplication: number;
  /** Loss that stays when the faults stop. */
  readonly lossGoingOn: number;
  readonly happenings: readonly { readonly afterMs: number; readonly what: Happening }[];
}

/** Gossip that a broken or hostile program might publish. */
export const forgeries: Readonly<Record<string, string>> = {
  'no JSON': 'ring',
  'no member': envelope(2, '{"members":[],"epoch":9007199254740991}'),
  'epoch beyond all': envelope(2, '{"members":[{"id":"n0","addr":"n0:9090"}],"epoch":9223372036854775807}'),
  'epoch far ahead': envelope(2, '{"members":[{"id":"n0","addr":"n0:9090"}],"epoch":9007199254740000}'),
  'unknown members': envelope(2, '{"members":[{"id":"x","addr":"x:1"},{"id":"y","addr":"y:1"}],"epoch":900}'),
  'a ghost': envelope(1, '{"id":"ghost","addr":"ghost:1"}'),
  'in our name': envelope(1, '{"id":"n0","addr":"elsewhere:1"}'),
};

/** How long after the last fault all must be well, in milliseconds of virtual time. */
function quietMs({ nodes }: RingScript): number {
  if (!nodes.includes('original')) return 60_000;
  // The original notices a lost member after 15 s, keeps it out for 30 s, and hears of it within the next 30 s.
  return 90_000;
}

const looks = 3;
const betweenLooksMs = 10_000;

/** Runs the script. Returns what is wrong with the rings after the quiet time, and what should never have happened. */
export function runRing(script: RingScript, rules?: RingRules): string[] {
  const world = new RingWorld(script, rules);
  world.run();
  let wrong = world.complaints();
  // Three heartbeats in a row may be lost on the way at any time: then all must be well again soon.
  for (let look = 1; look < looks && script.lossGoingOn > 0 && wrong.length > 0; look += 1) {
    world.goOn(betweenLooksMs);
    wrong = world.complaints();
  }
  return [...world.wrongly, ...wrong];
}

/** A cluster to which a script happens. */
class RingWorld {
  readonly around: Surroundings;
  readonly ids: readonly string[];
  /** Complaints about members that a ring lost though nothing was wrong with them. */
  readonly wrongly: string[] = [];
  readonly #script: RingScript;
  readonly #rules: RingRules | undefined;
  readonly #simulation: Simulation;
  readonly #network: Network;
  readonly #nodes: (SimulatedNode | undefined)[];
  /** Members that nothing happens to, and that a ring must therefore not lose. */
  readonly #undisturbed: ReadonlySet<string>;

  constructor(script: RingScript, rules: RingRules | undefined) {
    this.#script = script;
    this.#rules = rules;
    this.#simulation = new Simulation(script.seed);
    this.#network = new Network(this.#simulation);
    Object.assign(this.#network.faults, { loss: script.loss, duplication: script.duplication });
    this.around = {
      simulation: this.#simulation,
      bus: new Bus(this.#network),
      claims: new Map(),
      epochs: new Map(),
      heartbeatMs: 5_000,
      failureTimeoutMs: 15_000,
    };
    this.ids = script.nodes.map((_, number) => `n${number}`);
    this.#nodes = script.nodes.map(() => undefined);
    this.#undisturbed = undisturbed(script, this.ids);
  }

  get nodes(): SimulatedNode[] {
    return this.#nodes.filter((node) => node !== undefined);
  }

  complaints(): string[] {
    return complaints(this.nodes, this.ids, this.around.claims);
  }

  goOn(ms: number): void {
    this.#simulation.run(this.#simulation.now() + ms);
  }

  run(): void {
    for (const number of this.ids.keys()) this.#start(number, number * this.#script.startEveryMs);
    let at = 20_000;
    for (const { afterMs, what } of this.#script.happenings) {
      at += afterMs;
      this.#simulation.run(at);
      this.#happen(what);
    }
    this.#simulation.run(Math.max(at, this.ids.length * this.#script.startEveryMs) + 60_000); // all is over by then
    this.#network.heal();
    // The original takes out who was not heard three times, and so is never quiet while messages get lost.
    this.#network.faults.loss = this.#script.nodes.includes('original') ? 0 : this.#script.lossGoingOn;
    this.#simulation.run(this.#simulation.now() + quietMs(this.#script));
  }

  #start(number: number, afterMs: number): void {
    this.#simulation.after(afterMs, () => {
      const id = this.ids[number] as string;
      if (this.#script.nodes[number] === 'original') {
        const epoch = number === 0 && this.#simulation.now() === 0 ? this.#script.originalEpoch : 0;
        this.#nodes[number] = new OriginalNode(id, this.around, epoch);
      } else {
        const node = new AgreeingNode(id, this.around, this.#rules);
        node.onRing = this.#watcher(node);
        this.#nodes[number] = node;
      }
    });
  }

  #happen(what: Happening): void {
    if (what.is === 'forge') {
      this.around.bus.publishBytes('stranger', Buffer.from(forgeries[what.what] ?? ''));
      return;
    }
    const number = what.node % this.ids.length;
    const node = this.#nodes[number];
    if (!node?.isUp) return;
    if (what.is === 'claim') node.claim(`app${what.namespace}`);
    else if (what.is === 'pause') node.pause(what.forMs);
    else if (what.is === 'cut') this.#cut(node.id, what.way, what.forMs);
    else {
      node[what.is]();
      this.#start(number, what.forMs);
    }
  }

  #cut(id: string, way: 'in' | 'out' | 'both', forMs: number): void {
    for (const other of this.ids.filter((each) => each !== id)) {
      if (way !== 'in') this.#network.cut(id, other);
      if (way !== 'out') this.#network.cut(other, id);
      this.#simulation.after(forMs, () => {
        this.#network.mend(id, other);
        this.#network.mend(other, id);
      });
    }
  }

  /** Compares each ring of the node with the one before. */
  #watcher(node: AgreeingNode): (ring: Ring) => void {
    const isSettled = ({ bornAt }: SimulatedNode): boolean => this.#simulation.now() - bornAt > settledMs;
    let before = node.ring.state.members;
    return ({ state: { members } }) => {
      const lost = this.nodes.filter(({ id }) => before.has(id) && !members.has(id) && this.#undisturbed.has(id));
      // While messages get lost, three heartbeats in a row may be.
      const isCertain = isSettled(node) && this.#network.faults.loss === 0;
      const wrongly = isCertain ? lost.filter(isSettled) : [];
      this.wrongly.push(...wrongly.map(({ id }) => `${node.id} lost ${id}, who was there`));
      before = members;
    };
  }
}

/** Nodes that are younger may not have heard of each other yet. */
const settledMs = 16_000;

/** With messages that get lost, or among nodes of the original, anyone may be missed for a while. */
function undisturbed({ nodes, loss, happenings }: RingScript, ids: readonly string[]): Set<string> {
  if (loss > 0 || nodes.includes('original')) return new Set();
  const happened = happenings.map(({ what }) => what);
  if (happened.some(({ is }) => is === 'cut' || is === 'forge')) return new Set();
  const disturbed = happened.flatMap((what) =>
    what.is === 'pause' || what.is === 'crash' || what.is === 'leave' ? [what.node] : [],
  );
  return new Set(ids.filter((_, number) => !disturbed.some((node) => node % ids.length === number)));
}

function complaints(nodes: readonly SimulatedNode[], ids: readonly string[], claims: Map<string, string>): string[] {
  return nodes.flatMap(({ id, ring }) => {
    const { members, overrides } = ring.state;
    const missing = ids.filter((each) => !members.has(each));
    const strangers = [...members.keys()].filter((each) => !ids.includes(each));
    const wrong = [...claims].filter(([namespace, owner]) => overrides.get(namespace) !== owner);
    const unclaimed = [...overrides.keys()].filter((namespace) => !claims.has(namespace));
    const addresses = [...members].filter(([each, addr]) => addr !== `${each}:9090`);
    return [
      ...missing.map((each) => `${id} misses ${each}`),
      ...strangers.map((each) => `${id} has ${each}`),
      ...wrong.map(
        ([namespace, owner]) => `${id} says that ${namespace} is ${overrides.get(namespace)}'s, not ${owner}'s`,
      ),
      ...unclaimed.map((each) => `${id} has an owner of ${each}, which nobody claimed`),
      ...addresses.map(([each, addr]) => `${id} has ${each} at ${addr}`),
    ];
  });
}

function envelope(t: number, inner: string): string {
  return JSON.stringify({ t, p: Buffer.from(inner).toString('base64') });
}
