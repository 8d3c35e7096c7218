import { ConfigError } from '@cfg/core';
import { randomInt } from '../clock.js';
import type { NamespaceData } from '../handover/data.js';
import { HandoverGiver } from '../handover/giver.js';
import { HandoverTaker } from '../handover/taker.js';
import { LeaseFinder } from '../lease/finder.js';
import type { Lease } from '../lease/lease.js';
import { LeaseBook } from '../lease/lease-book.js';
import type { Changes, DataPage, Holding, Peer } from '../lease/peer.js';
import { NamespaceRouter } from '../lease/router.js';
import { WriteGate } from '../lease/write-gate.js';
import type { Disk, Row } from './disk.js';
import type { LeaseLife, LeaseSurroundings } from './lease-surroundings.js';

/** Rows that are pulled at once: few, so that a handover has many steps. */
const pageSize = 3;

/** One life of a node, from its start to its crash: production's lease code on a simulated disk and network. */
export class LeaseNode implements LeaseLife {
  readonly id: string;
  readonly disk: Disk;
  readonly book: LeaseBook;
  readonly finder: LeaseFinder;
  readonly taker: HandoverTaker<Row>;
  isUp = true;
  readonly #world: LeaseSurroundings;
  readonly #giver: HandoverGiver<Row>;
  readonly #router: NamespaceRouter;

  private constructor(id: string, world: LeaseSurroundings, disk: Disk, book: LeaseBook) {
    this.id = id;
    this.disk = disk;
    this.book = book;
    this.#world = world;
    const gate = new WriteGate();
    const giversGate = world.rules.holdsBack ? gate : new WriteGate();
    const peers = {
      self: id,
      settled: async () => {},
      present: () => world.presentFor(id),
      known: () => world.ids.length,
      get: (other: string) => world.peer(this, other),
    };
    const data: NamespaceData<Row> = {
      pages: (namespace, position) => this.#pages(namespace, position),
      last: async (namespace, position) => {
        const rows = disk.rows.get(namespace) ?? [];
        return { records: rows.slice(position), position: rows.length, isAll: true };
      },
      put: async (namespace, records) => {
        for (const row of records) await this.#write(() => disk.put(namespace, row));
      },
    };
    this.finder = new LeaseFinder(book, peers, {
      minMembers: 1,
      clock: world.simulation,
      random: world.simulation.random,
    });
    this.#giver = new HandoverGiver(book, giversGate, data, world.simulation);
    this.taker = new HandoverTaker(book, peers, data);
    this.#router = new NamespaceRouter({
      self: id,
      book,
      gate,
      finder: this.finder,
      ringOwnerOf: (namespace) => world.guessFor(id, namespace),
      isThere: (other) => world.presentFor(id).includes(other),
      recover: (namespace) => this.taker.recover(namespace),
    });
  }

  static async start(id: string, world: LeaseSurroundings, disk: Disk): Promise<LeaseNode> {
    let node: LeaseNode | undefined;
    const book = await LeaseBook.open({
      load: async () => new Map([...disk.leases].filter(([, lease]) => world.rules.keeps(lease))),
      save: (namespace, lease) => (node as LeaseNode).#write(() => void disk.leases.set(namespace, lease)),
    });
    node = new LeaseNode(id, world, disk, book);
    return node;
  }

  set(namespace: string, key: string, value: string, forwarded = false): Promise<Row> {
    return this.#router.run(namespace, {
      write: true,
      forwarded,
      here: () =>
        this.#write(() => {
          const row = { key, version: (this.disk.last(namespace, key)?.version ?? 0) + 1, value };
          this.#world.check.wrote(this, namespace, row);
          this.disk.put(namespace, row);
          return row;
        }),
      there: (id) => this.#world.call(this, id, (other) => other.set(namespace, key, value, true)),
      copy: () => undefined,
      nowhere: () => Promise.reject(new ConfigError('internal', 'a write is always somewhere')),
    });
  }

  get(namespace: string, key: string, forwarded = false): Promise<Row | undefined> {
    return this.#router.run<Row | undefined>(namespace, {
      write: false,
      forwarded,
      here: async () => this.disk.last(namespace, key),
      there: (id) => this.#world.call(this, id, (other) => other.get(namespace, key, true)),
      copy: () => undefined,
      nowhere: async () => undefined,
    });
  }

  /** Brings the namespace to this node: by a handover if its holder is there, else by a claim. */
  async obtain(namespace: string): Promise<void> {
    const holder = await this.finder.find(namespace);
    if (holder === undefined || holder.by === this.id) return;
    if (this.#world.presentFor(this.id).includes(holder.by)) await this.taker.take(namespace, holder.by);
    else {
      this.#world.check.claimed(namespace);
      await this.finder.claim(namespace);
    }
  }

  async lookup(namespace: string): Promise<Lease | undefined> {
    return this.book.get(namespace);
  }

  async holdings(): Promise<readonly Holding[]> {
    return this.book.holdings();
  }

  async changes(): Promise<Changes> {
    return { holdings: this.book.holdings(), position: 0, logId: '' };
  }

  vote(namespace: string, candidate: string, term: number): ReturnType<Peer<Row>['vote']> {
    return this.book.change(namespace, (lease) => this.#world.rules.vote(lease, this.id, candidate, term));
  }

  pull(namespace: string, position: number): AsyncIterable<DataPage<Row>> {
    return this.#pages(namespace, position);
  }

  freeze(namespace: string, position: number): Promise<DataPage<Row>> {
    return this.#giver.freeze(namespace, position);
  }

  hand(namespace: string, to: string, position: number): Promise<number | undefined> {
    return this.#giver.hand(namespace, to, position);
  }

  async *#pages(namespace: string, from: number): AsyncIterable<DataPage<Row>> {
    const rows = this.disk.rows.get(namespace) ?? [];
    for (let position = from; position < rows.length; ) {
      const records = rows.slice(position, position + pageSize);
      position += records.length;
      yield { records, position };
    }
  }

  /** Writes to the disk take time, and do not happen if the node has crashed meanwhile. */
  #write<T>(write: () => T): Promise<T> {
    this.#world.step(this);
    return new Promise((resolve) => {
      this.#world.simulation.after(randomInt(this.#world.simulation.random, 5), () => {
        if (!this.isUp) return;
        resolve(write());
      });
    });
  }
}
