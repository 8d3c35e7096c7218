import {
  type CallOptions,
  ConfigError,
  type FullStore,
  isConfigError,
  type Logger,
  type TransferRecord,
} from '@cfg/core';
import type { Clock } from '../clock.js';
import { Cluster } from '../cluster/cluster.js';
import { HandoverGiver } from '../handover/giver.js';
import { HandoverTaker } from '../handover/taker.js';
import { LeaseFinder } from '../lease/finder.js';
import type { Lease } from '../lease/lease.js';
import { LeaseBook } from '../lease/lease-book.js';
import type { Changes, DataPage, Holding, LogPlace, Peer } from '../lease/peer.js';
import { NamespaceRouter } from '../lease/router.js';
import { type Vote, vote } from '../lease/rules.js';
import { WriteGate } from '../lease/write-gate.js';
import { ClusterAliases } from './aliases.js';
import { ClusterSearch } from './cluster-search.js';
import { ClusterWatch } from './cluster-watch.js';
import { Connections } from './connections.js';
import type { Claims } from './dialer.js';
import { Follower } from './follower.js';
import { ClusterListing } from './listing.js';
import { Meetings } from './meetings.js';
import { type Act, NamespaceCalls } from './namespace-calls.js';
import { NamespaceOwner } from './namespace-owner.js';
import { NodeRecords, nodeNamespace } from './node-records.js';
import type { LocalStoreOfNode, SyncStoreOptions, SyncStoreSettings } from './options.js';
import { StoreData } from './store-data.js';

/** The parts that need the leases, which are read when the node opens. */
interface Opened {
  readonly book: LeaseBook;
  readonly finder: LeaseFinder;
  readonly giver: HandoverGiver<TransferRecord>;
  readonly taker: HandoverTaker<TransferRecord>;
  readonly calls: NamespaceCalls;
  readonly follower: Follower;
  readonly owner: NamespaceOwner;
  readonly meetings: Meetings;
  readonly aliases: ClusterAliases;
  readonly listing: ClusterListing;
  readonly search: ClusterSearch;
  readonly watches: ClusterWatch;
}

/** How long changes of what is held may gather before the ring is told, in milliseconds. */
const tellHoldingsMs = 20;

/** A node of the cluster: its part in the ring, its leases, and the ways to the others. */
export class ClusterNode implements Peer<TransferRecord>, Claims {
  readonly cluster: Cluster;
  readonly #local: LocalStoreOfNode;
  readonly #records: NodeRecords;
  readonly #data: StoreData;
  readonly #connections: Connections;
  readonly #settings: SyncStoreSettings;
  readonly #clock: Clock;
  readonly #logger: Required<Logger>;
  #opened: Opened | undefined;
  /** Resolves when everyone who is there had time to be heard. */
  #settled: Promise<void> = Promise.resolve();
  /** Resolves when the others told what they hold; undefined since then. */
  #met: Promise<void> | undefined;
  #telling = false;
  #members: ReadonlySet<string> = new Set();

  constructor(settings: SyncStoreSettings, options: SyncStoreOptions) {
    this.#settings = settings;
    this.#local = settings.local;
    this.#clock = settings.cluster.clock;
    this.#logger = settings.cluster.logger;
    this.#records = new NodeRecords(settings.local);
    this.#data = new StoreData(settings.local);
    this.cluster = new Cluster({ ...options, keptEpoch: this.#records.epoch });
    this.#connections = new Connections(this.cluster, settings.dialer);
  }

  async open(): Promise<void> {
    await this.#local.connect();
    const book = await LeaseBook.open(this.#records, (namespace, before, now) =>
      this.#leaseChanged(namespace, before, now),
    );
    this.cluster.on('ring', () => this.#ringChanged());
    this.cluster.on('dispute', (member) => void this.#opened?.meetings.with([member]));
    await this.cluster.connect();
    this.#settled = this.#listen();
    this.#opened = this.#parts(book);
    this.#tellHoldings();
    this.#met = this.#opened.meetings.atStart(this.#settled).finally(() => {
      this.#met = undefined;
    });
    this.#opened.follower.start();
    void this.#adoptOwnData();
  }

  async close(): Promise<void> {
    this.#opened?.watches.close();
    await this.#opened?.follower.close();
    await this.cluster.close();
    await this.#connections.close();
    await this.#local.close();
  }

  get aliases(): ClusterAliases {
    return this.#parted.aliases;
  }

  get listing(): ClusterListing {
    return this.#parted.listing;
  }

  get search(): ClusterSearch {
    return this.#parted.search;
  }

  get watches(): ClusterWatch {
    return this.#parted.watches;
  }

  heldNames(): string[] {
    const holdings = this.#opened?.book.holdings() ?? [];
    return holdings.map(({ namespace }) => namespace).sort();
  }

  obtain(namespace: string): Promise<void> {
    return this.#parted.owner.obtain(namespace);
  }

  async claim(namespace: string): Promise<void> {
    await this.obtain(namespace);
    if (this.cluster.hasRecords) await this.cluster.claim(namespace);
  }

  async unclaim(namespace: string): Promise<boolean> {
    return this.cluster.hasRecords && (await this.cluster.unclaim(namespace));
  }

  /** Whoever has that id, this node too. Fails with `unavailable` if it is not there. */
  claimsOf(id: string): Claims {
    return id === this.cluster.self.id ? this : this.#connections.to(id).peer;
  }

  /** Makes the call where the namespace is held. */
  run<T>(namespace: string, write: boolean, act: Act<T>, options: CallOptions | undefined): Promise<T> {
    const { calls } = this.#parted;
    if (this.#met === undefined) return calls.run(namespace, write, act, options);
    return this.#met.then(() => calls.run(namespace, write, act, options));
  }

  async lookup(namespace: string): Promise<Lease | undefined> {
    return this.#parted.book.get(namespace);
  }

  async holdings(): Promise<readonly Holding[]> {
    return this.#parted.book.holdings();
  }

  async changes(after: LogPlace): Promise<Changes> {
    const { book } = this.#parted;
    const { namespaces, ...place } = await this.#data.changed(after);
    const holdings = book.holdings().filter(({ namespace }) => namespaces?.has(namespace) ?? true);
    return { holdings, ...place };
  }

  vote(namespace: string, candidate: string, term: number): Promise<Vote> {
    const { self } = this.cluster;
    return this.#parted.book.change(namespace, (lease) => vote(lease, self.id, candidate, term));
  }

  pull(namespace: string, position: number): AsyncIterable<DataPage<TransferRecord>> {
    return this.#data.pages(namespace, position);
  }

  freeze(namespace: string, position: number): Promise<DataPage<TransferRecord>> {
    return this.#parted.giver.freeze(namespace, position);
  }

  hand(namespace: string, to: string, position: number): Promise<number | undefined> {
    return this.#parted.giver.hand(namespace, to, position);
  }

  get #parted(): Opened {
    if (this.#opened !== undefined) return this.#opened;
    throw new ConfigError('not_connected', 'the cluster node is not connected');
  }

  #parts(book: LeaseBook): Opened {
    const { cluster } = this;
    const { minMembers, cluster: settings } = this.#settings;
    const self = cluster.self.id;
    const peers = this.#connections.peers(() => this.#settled);
    const gate = new WriteGate();
    const finder = new LeaseFinder(book, peers, { minMembers, clock: this.#clock, random: settings.random });
    const giver = new HandoverGiver(book, gate, this.#data, this.#clock);
    const taker = new HandoverTaker(book, peers, this.#data);
    const ringOwnerOf = (namespace: string): string | undefined => cluster.ring.ownerOf(namespace);
    const recover = (namespace: string): Promise<boolean> => taker.recover(namespace);
    const isThere = (id: string): boolean => cluster.membership.addressOf(id) !== undefined;
    const router = new NamespaceRouter({ self, book, gate, finder, ringOwnerOf, isThere, recover });
    const owner = new NamespaceOwner({
      cluster,
      book,
      finder,
      taker,
      connections: this.#connections,
      peers,
      data: this.#data,
    });
    const { followers } = this.#settings;
    const follower = new Follower({ cluster, book, peers, data: this.#data, clock: this.#clock, followers });
    const others = (): Promise<ReadonlyMap<string, FullStore>> => this.#others();
    const holderOf = async (namespace: string): Promise<string | undefined> => (await finder.find(namespace))?.by;
    const owns = (namespace: string): boolean => book.owns(namespace);
    const local = this.#local;
    return {
      book,
      finder,
      giver,
      taker,
      calls: new NamespaceCalls({ cluster, local, book, router, connections: this.#connections, follower, followers }),
      follower,
      owner,
      meetings: new Meetings(cluster, this.#connections, finder, this.#logger),
      aliases: new ClusterAliases({ self, local, others, ringOwnerOf }),
      listing: new ClusterListing({ local, others, owns }),
      search: new ClusterSearch({ self, local, others, owns }),
      watches: new ClusterWatch({ self, local, book, others, holderOf }),
    };
  }

  /** All other nodes that are there. Fails with `unavailable` if one cannot be reached. */
  async #others(): Promise<ReadonlyMap<string, FullStore>> {
    const ids = [...this.cluster.membership.live().keys()].filter((id) => id !== this.cluster.self.id);
    const stores = await Promise.all(
      ids.map(async (id) => [id, (await this.#connections.to(id).store()) as FullStore] as const),
    );
    return new Map(stores);
  }

  #leaseChanged(namespace: string, before: Lease | undefined, now: Lease): void {
    this.#tellHoldings();
    const lost = before?.is === 'owned' && now.is !== 'owned';
    const gained = now.is === 'owned' && before !== undefined && before.is !== 'promised';
    if (lost || gained) this.#opened?.watches.moved(namespace);
  }

  /** Tells the ring what is held here; many changes together. */
  #tellHoldings(): void {
    if (this.#telling) return;
    this.#telling = true;
    this.#clock.after(tellHoldingsMs, () => {
      this.#telling = false;
      const { book } = this.#opened ?? {};
      if (book !== undefined) this.cluster.hold(new Set(this.heldNames()));
    });
  }

  #ringChanged(): void {
    this.#connections.prune();
    const before = this.#members;
    this.#members = new Set(this.cluster.ring.state.members.keys());
    const came = [...this.#members].filter((id) => !before.has(id));
    if (came.length === 0 && before.size === this.#members.size) return;
    this.#opened?.watches.membersChanged();
    this.#opened?.follower.membersChanged();
    void this.#opened?.meetings.with(came);
  }

  /** Over a transport that does not tell who is there, nobody who is has been heard before a heartbeat has passed. */
  async #listen(): Promise<void> {
    const { transport, agreement } = this.#settings.cluster;
    if (transport.tellsMembers) return;
    await new Promise<void>((resolve) => void this.#clock.after(1.2 * agreement.heartbeatMs, resolve));
  }

  /** Data that were here before the node was in a cluster are this node's, unless somebody holds the namespace. */
  async #adoptOwnData(): Promise<void> {
    const { book, finder } = this.#parted;
    const { namespaces } = await this.#local.namespaces().catch(() => ({ namespaces: [] }));
    for (const namespace of namespaces) {
      if (namespace === nodeNamespace || book.get(namespace) !== undefined) continue;
      await finder.begin(namespace).catch(ignoreAway);
    }
  }
}

/** Somebody is away: it is done when it is asked for. */
function ignoreAway(error: unknown): undefined {
  if (!isConfigError(error)) throw error;
  return undefined;
}
