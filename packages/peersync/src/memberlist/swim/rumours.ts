import type { Random } from '../../clock.js';
import { type Address, sameAddress } from '../wire/address.js';
import { type Accusation, type Alive, encodeMessage } from '../wire/messages.js';
import type { NodeState } from '../wire/node-state.js';
import { Broadcasts } from './broadcasts.js';
import type { SwimEffect } from './effect.js';
import { Health } from './health.js';
import { isThere, type KnownNode, NodeTable } from './node-table.js';
import { ourVersions, type SwimSettings } from './settings.js';
import { Suspicion } from './suspicion.js';

/**
 * The claims about the nodes, and this node's conclusions: the rules for alive, suspect and dead, with incarnations
 * that tell the newer word from the older one. What changes something is passed on.
 */
export class Rumours {
  readonly table: NodeTable = new NodeTable();
  readonly broadcasts: Broadcasts = new Broadcasts();
  readonly health: Health;
  readonly #settings: SwimSettings;
  readonly #random: Random;
  readonly #emit: (effect: SwimEffect) => void;
  readonly #suspicions = new Map<string, Suspicion>();
  #incarnation = 1;
  #meta: Uint8Array;
  #isLeaving = false;

  constructor(settings: SwimSettings, random: Random, now: number, emit: (effect: SwimEffect) => void) {
    this.#settings = settings;
    this.#random = random;
    this.#emit = emit;
    this.#meta = settings.meta;
    this.health = new Health(settings.awarenessMax);
    this.#sayAlive(now);
  }

  /** When the next suspect is dead, if nobody says otherwise. */
  get deadline(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { deadline } of this.#suspicions.values()) earliest = Math.min(earliest, deadline);
    return earliest;
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  alive(message: Alive, now: number): void {
    const { node: name, address, meta, incarnation, vsn } = message;
    const isSelf = name === this.#settings.name;
    if (isSelf && this.#isLeaving) return;
    const known = this.table.get(name) ?? this.#newNode(message, now);
    if (known === undefined) return;
    const isMoved = !sameAddress(known.address, address);
    if (isMoved && !isSelf && known.state !== 'left') {
      this.#note(`name conflict: ${name} is at ${textOf(known.address)}, and said to be at ${textOf(address)}`);
      return;
    }
    if (isSelf) {
      const isOurs = incarnation === known.incarnation && same(meta, this.#meta) && same(vsn, known.vsn) && !isMoved;
      if (incarnation >= known.incarnation && !isOurs) this.#refute(incarnation, now);
      return;
    }
    if (incarnation <= known.incarnation && !isMoved) return;

    this.#suspicions.delete(name);
    const wasThere = isThere(known);
    const hasNewMeta = !same(meta, known.meta);
    Object.assign(known, { address, meta, incarnation, vsn });
    if (known.state !== 'alive') this.#setState(known, 'alive', now);
    this.broadcasts.add(name, encodeMessage(message));
    if (!wasThere) this.#emit({ do: 'tell', what: 'joined', node: known });
    else if (hasNewMeta) this.#emit({ do: 'tell', what: 'updated', node: known });
  }

  suspect(message: Accusation, now: number): void {
    const { node: name, incarnation, from } = message;
    const known = this.table.get(name);
    if (known === undefined || incarnation < known.incarnation) return;
    const suspicion = this.#suspicions.get(name);
    if (suspicion !== undefined) {
      if (suspicion.confirm(from)) this.broadcasts.add(name, encodeMessage(message));
      return;
    }
    if (known.state !== 'alive') return;
    if (name === this.#settings.name) {
      this.#refute(incarnation, now);
      return;
    }
    this.broadcasts.add(name, encodeMessage(message));
    known.incarnation = incarnation;
    this.#setState(known, 'suspect', now);
    this.#suspicions.set(name, new Suspicion(incarnation, from, this.table.countThere(), now, this.#settings));
  }

  dead(message: Accusation, now: number): void {
    const { node: name, incarnation, from } = message;
    const known = this.table.get(name);
    if (known === undefined || incarnation < known.incarnation) return;
    this.#suspicions.delete(name);
    if (!isThere(known)) return;
    if (name === this.#settings.name && !this.#isLeaving) {
      this.#refute(incarnation, now);
      return;
    }
    this.broadcasts.add(name, encodeMessage(message));
    known.incarnation = incarnation;
    const isGoodbye = from === name;
    this.#setState(known, isGoodbye ? 'left' : 'dead', now);
    this.#emit({ do: 'tell', what: isGoodbye ? 'left' : 'gone', node: known });
  }

  /** All that another node knows. The dead are only suspected: they may know better themselves. */
  merge(nodes: readonly NodeState[], now: number): void {
    const from = this.#settings.name;
    for (const { name: node, address, meta, incarnation, state, vsn } of nodes) {
      if (state === 'alive') this.alive({ is: 'alive', node, address, meta, incarnation, vsn }, now);
      else if (state === 'left') this.dead({ is: 'dead', node, incarnation, from: node }, now);
      else this.suspect({ is: 'suspect', node, incarnation, from }, now);
    }
  }

  /** Declares dead whoever was suspected for long enough. */
  expire(now: number): void {
    for (const [node, { deadline, incarnation }] of this.#suspicions) {
      if (deadline <= now) this.dead({ is: 'dead', node, incarnation, from: this.#settings.name }, now);
    }
  }

  /** Tells everyone something new about this node. */
  changeMeta(meta: Uint8Array, now: number): void {
    this.#meta = meta;
    this.#incarnation += 1;
    this.#sayAlive(now);
  }

  /** Says goodbye. */
  leave(now: number): void {
    this.#isLeaving = true;
    const { name } = this.#settings;
    this.dead({ is: 'dead', node: name, incarnation: this.#incarnation, from: name }, now);
  }

  /** Accused, or mistaken for an earlier life: says that it is not so, with a greater incarnation. */
  #refute(accused: number, now: number): void {
    if (this.#isLeaving) return;
    this.#incarnation = Math.max(this.#incarnation + 1, accused + 1);
    this.health.change(1);
    this.#sayAlive(now);
  }

  #sayAlive(now: number): void {
    const { name, address } = this.#settings;
    const own = { address, meta: this.#meta, incarnation: this.#incarnation, vsn: ourVersions };
    const known = this.table.get(name);
    if (known === undefined) this.table.add({ name, ...own, state: 'alive', changedAt: now }, this.#random);
    else Object.assign(known, own);
    this.broadcasts.add(name, encodeMessage({ is: 'alive', node: name, ...own }));
  }

  #newNode({ node, address, vsn }: Alive, now: number): KnownNode | undefined {
    const [least = 0, most = 0] = vsn;
    if (least === 0 || most === 0 || least > most) {
      this.#note(`${node} speaks no version of the protocol`);
      return undefined;
    }
    // Dead and with no incarnation: whatever it says of itself is news.
    const known: KnownNode = {
      name: node,
      address,
      meta: new Uint8Array(0),
      incarnation: 0,
      state: 'dead',
      vsn,
      changedAt: now,
    };
    if (this.table.add(known, this.#random)) return known;
    this.#note(`${node} is one node too many`);
    return undefined;
  }

  #setState(node: KnownNode, state: KnownNode['state'], now: number): void {
    node.state = state;
    node.changedAt = now;
  }

  #note(what: string): void {
    this.#emit({ do: 'note', what });
  }
}

const textOf = ({ host, port }: Address): string => `${host}:${port}`;

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
