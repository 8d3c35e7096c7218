import type { Random } from '../../clock.js';
import { randomInt, shuffle } from '../../clock.js';
import type { Address } from '../wire/address.js';
import type { NodeState, State } from '../wire/node-state.js';

/** The known state of a node. */
export interface KnownNode {
  readonly name: string;
  address: Address;
  meta: Uint8Array;
  incarnation: number;
  state: State;
  vsn: Uint8Array;
  changedAt: number;
}

/** Nodes that are remembered at most: a stranger with the right key must not fill the memory. */
const mostNodes = 10_000;

export const isThere = ({ state }: KnownNode): boolean => state === 'alive' || state === 'suspect';

/** All nodes by name, and the order in which they are probed. */
export class NodeTable {
  readonly #nodes = new Map<string, KnownNode>();
  #order: string[] = [];
  #next = 0;

  get size(): number {
    return this.#nodes.size;
  }

  get(name: string): KnownNode | undefined {
    return this.#nodes.get(name);
  }

  [Symbol.iterator](): MapIterator<KnownNode> {
    return this.#nodes.values();
  }

  /** How many are there. */
  countThere(): number {
    let count = 0;
    for (const node of this.#nodes.values()) if (isThere(node)) count += 1;
    return count;
  }

  /** A new node takes a random place in the order. Returns false if there is no room. */
  add(node: KnownNode, random: Random): boolean {
    if (this.#nodes.size >= mostNodes) return false;
    this.#nodes.set(node.name, node);
    this.#order.splice(randomInt(random, this.#order.length + 1), 0, node.name);
    return true;
  }

  /** The next one in the order of those that `may`; undefined if there is none. When all had their turn, they are mixed. */
  nextToProbe(
    may: (node: KnownNode) => boolean,
    forget: (node: KnownNode) => boolean,
    random: Random,
  ): KnownNode | undefined {
    for (let tried = 0; tried <= this.#order.length; tried++) {
      if (this.#next >= this.#order.length) this.#wrap(forget, random);
      const node = this.#nodes.get(this.#order[this.#next++] ?? '');
      if (node !== undefined && may(node)) return node;
    }
    return undefined;
  }

  /** Some of those that `may`, at random. */
  some(count: number, may: (node: KnownNode) => boolean, random: Random): KnownNode[] {
    return shuffle([...this.#nodes.values()].filter(may), random).slice(0, count);
  }

  states(): NodeState[] {
    return [...this.#nodes.values()].map((node) => ({ ...node }));
  }

  #wrap(forget: (node: KnownNode) => boolean, random: Random): void {
    for (const node of this.#nodes.values()) if (forget(node)) this.#nodes.delete(node.name);
    this.#order = shuffle([...this.#nodes.keys()], random);
    this.#next = 0;
  }
}
