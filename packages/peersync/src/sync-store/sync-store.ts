import {
  type Alias,
  type BatchOperation,
  type BatchOptions,
  type BatchOutcome,
  type CallOptions,
  type Capability,
  type ChangeStream,
  ConfigError,
  checkKey,
  checkNamespace,
  type DeleteOptions,
  type EncodedValue,
  type Entry,
  type FullStore,
  type Health,
  type NamespacePage,
  type NamespaceQuery,
  type Page,
  type Query,
  type RestoreTarget,
  type RevisionState,
  type SearchPage,
  type SearchQuery,
  type SetOptions,
  type Snapshot,
  type SnapshotOptions,
  type Stats,
  type Store,
  type StoreGetOptions,
  type TransferRecord,
  type Transferring,
  type VersionPage,
  type VersionQuery,
  type WatchFilter,
  type WatchOptions,
  type WriteOptions,
} from '@cfg/core';
import { checkQuery, failedWatch, Lifecycle } from '@cfg/core/store';
import { ClusterView } from '../cluster/cluster-view.js';
import { type ClusterStatus, statusOf } from '../cluster/status.js';
import type { Peer } from '../lease/peer.js';
import { ClusterNode } from './cluster-node.js';
import type { Claims } from './dialer.js';
import type { Act } from './namespace-calls.js';
import { OpeningStream } from './opening-stream.js';
import { completeSyncStore, type LocalStoreOfNode, type SyncStoreOptions } from './options.js';
import { isForwarded } from './way.js';

/** The capabilities that a `SyncStore` cannot pass on, whatever its own store can. */
const withheld: readonly Capability[] = ['audit', 'codecs', 'transfer'];

export interface ClaimOptions {
  /** The id of the node. Default: the one that is asked. */
  readonly node?: string | undefined;
}

/**
 * A store over a cluster of nodes that each have a store of their own: a namespace is at one node, and a caller may ask
 * any.
 *
 * @example
 * const store = new SyncStore(new SqliteStore('node-a.db'), {
 *   self: { id: 'a', addr: '10.0.0.1:9090' },
 *   transport: redisTransport('redis://10.0.0.9'),
 *   dialer: grpcDialer({ tls: {} }),
 *   ownership: new SqlOwnershipStore(pool),
 * });
 * await store.connect();
 */
export class SyncStore extends ClusterView implements Omit<FullStore, 'audit' | 'supportsCodec' | keyof Transferring> {
  readonly #local: LocalStoreOfNode;
  readonly #node: ClusterNode;
  readonly #lifecycle = new Lifecycle('the cluster node');
  /** The capabilities of the own store that are offered. */
  #known: { readonly of: ReadonlySet<Capability>; readonly less: ReadonlySet<Capability> };
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /**
   * `store` is this node's own, which nobody else writes to. It is connected and closed with this one. Throws
   * `invalid_argument` with the option's name, `unsupported` for a store that lacks something.
   */
  constructor(store: Store, options: SyncStoreOptions) {
    const settings = completeSyncStore(store, options);
    const node = new ClusterNode(settings, options);
    super(node.cluster);
    this.#local = settings.local;
    this.#known = { of: new Set(), less: new Set() };
    this.#node = node;
  }

  get features(): ReadonlySet<Capability> {
    const { features } = this.#local;
    // Asked for with every call; another set is another object.
    if (features !== this.#known.of) {
      this.#known = { of: features, less: new Set([...features].filter((each) => !withheld.includes(each))) };
    }
    return this.#known.less;
  }

  /** Opens the store, then joins the cluster. Single use. */
  connect(): Promise<void> {
    const { fault } = this.#lifecycle;
    if (fault?.code === 'closed') return Promise.reject(fault);
    this.#opening ??= this.#node.open().then(() => this.#lifecycle.open());
    return this.#opening;
  }

  /** Leaves the ring, tells the others, ends watches, then closes the transport, then the store. */
  close(): Promise<void> {
    this.#lifecycle.close();
    this.#closing ??= (this.#opening ?? Promise.resolve()).catch(() => {}).then(() => this.#node.close());
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The namespaces that this node holds: it alone writes into them. In the order of their names. */
  get holdings(): readonly string[] {
    return this.#node.heldNames();
  }

  /** How the cluster looks from here: the original's JSON, and more. */
  status(): ClusterStatus & { readonly holdings: readonly string[] } {
    return { ...statusOf(this.cluster), holdings: this.holdings };
  }

  /**
   * Brings the namespace to a node, by default this one, with its data, history and versions, and records it where there
   * are ownership records. It stays there, restarts included, until another node claims or pins it. From a node that is
   * gone only what the new one has of it is kept: an operator's decision. Fails with `unavailable` where it cannot be
   * done now.
   */
  async claim(namespace: string, { node = this.self.id }: ClaimOptions = {}): Promise<void> {
    this.#check({}, namespace);
    await this.#node.claimsOf(node).claim(namespace);
  }

  /**
   * Removes the node's record, by default this one's. Returns whether there was one. The namespace stays where it is
   * until another node asks for it.
   */
  async unclaim(namespace: string, { node = this.self.id }: ClaimOptions = {}): Promise<boolean> {
    this.#check({}, namespace);
    return this.#node.claimsOf(node).unclaim(namespace);
  }

  /** Brings the namespace to this node, as a claim does, without a record. */
  async pin(namespace: string): Promise<void> {
    this.#check({}, namespace);
    await this.#node.obtain(namespace);
    this.cluster.pin(namespace);
  }

  /** Takes an override of the ring back. Where the data are, the namespace stays. */
  unpin(namespace: string): void {
    this.#check({}, namespace);
    this.cluster.unpin(namespace);
  }

  /** The requests that other nodes make of this one; for `peeringService`. */
  get peer(): Peer<TransferRecord> & Claims {
    return this.#node;
  }

  async health(options?: CallOptions): Promise<Health> {
    const { fault } = this.#lifecycle;
    if (fault !== undefined) return { ok: false, message: fault.message };
    const [store, transport] = await Promise.all([this.#local.health(options), this.cluster.health()]);
    return store.ok ? transport : store;
  }

  get(namespace: string, key: string, options?: StoreGetOptions): Promise<Entry> {
    return this.#read(namespace, options, (store) => store.get(namespace, key, options), key);
  }

  set(namespace: string, key: string, value: EncodedValue, options?: SetOptions): Promise<Entry> {
    return this.#write(namespace, options, (store) => store.set(namespace, key, value, options), key);
  }

  delete(namespace: string, key: string, options?: DeleteOptions): Promise<Entry | undefined> {
    return this.#write(namespace, options, (store) => store.delete(namespace, key, options), key);
  }

  find(namespace: string, query?: Query, options?: CallOptions): Promise<Page> {
    return this.#read(namespace, options, (store) => store.find(namespace, query, options));
  }

  versions(namespace: string, key: string, query?: VersionQuery, options?: CallOptions): Promise<VersionPage> {
    return this.#read(namespace, options, (store) => store.versions(namespace, key, query, options), key);
  }

  snapshot(namespace: string, options?: SnapshotOptions): Promise<Snapshot> {
    return this.#read(namespace, options, (store) => store.snapshot(namespace, options));
  }

  batch(namespace: string, operations: readonly BatchOperation[], options?: BatchOptions): Promise<BatchOutcome> {
    return this.#write(namespace, options, (store) => store.batch(namespace, operations, options));
  }

  restore(namespace: string, target: RestoreTarget, options?: BatchOptions): Promise<BatchOutcome> {
    return this.#write(namespace, options, (store) => store.restore(namespace, target, options));
  }

  /** Of a namespace: a revision is of its holder's log. Without one there is none for the whole cluster: this node's. */
  revision(namespace = '', options?: CallOptions): Promise<RevisionState> {
    if (namespace === '') return this.#local.revision('', options);
    return this.#read(namespace, options, (store) => store.revision(namespace, options));
  }

  async setAlias(alias: string, target: string, options?: WriteOptions): Promise<Alias> {
    this.#check(options, '', alias);
    checkKey(target);
    return isForwarded(options)
      ? this.#local.setAlias(alias, target, options)
      : this.#node.aliases.set(alias, target, options);
  }

  async deleteAlias(alias: string, options?: WriteOptions): Promise<void> {
    this.#check(options, '', alias);
    return isForwarded(options) ? this.#local.deleteAlias(alias, options) : this.#node.aliases.delete(alias, options);
  }

  async getAlias(alias: string, options?: CallOptions): Promise<Alias> {
    this.#check(options, '', alias);
    return isForwarded(options) ? this.#local.getAlias(alias, options) : this.#node.aliases.get(alias, options);
  }

  async listAliases(options?: CallOptions): Promise<readonly Alias[]> {
    this.#check(options, '');
    return isForwarded(options) ? this.#local.listAliases(options) : this.#node.aliases.list(options);
  }

  /** Of all nodes. Fails with `unavailable` if one does not answer: what is missing is never silent. */
  async namespaces(query: NamespaceQuery = {}, options?: CallOptions): Promise<NamespacePage> {
    this.#check(options, '');
    checkQuery(query);
    return this.#node.listing.namespaces(query, isForwarded(options), options);
  }

  /** Of all nodes, as {@link namespaces}. */
  async stats(options?: CallOptions): Promise<Stats> {
    this.#check(options, '');
    return this.#node.listing.stats(isForwarded(options), options);
  }

  /** Of all nodes, as {@link namespaces}. What changes hands between two pages may be missed, or found twice. */
  async search(query: SearchQuery, options?: CallOptions): Promise<SearchPage> {
    this.#check(options, '');
    checkQuery(query);
    return isForwarded(options) ? this.#node.search.own(query, options) : this.#node.search.all(query, options);
  }

  /**
   * Of the whole cluster. Where one node holds all namespaces of the filter it resumes as that node's does, else it is
   * live only. It ends with `revision_compacted` when a namespace changes hands or members come or go.
   */
  watch(filter?: WatchFilter, options?: WatchOptions): ChangeStream {
    const { fault } = this.#lifecycle;
    if (fault !== undefined) return failedWatch(fault);
    if (isForwarded(options)) return this.#node.watches.own(filter, options);
    return new OpeningStream(this.#node.watches.all(filter, options));
  }

  #check(options: CallOptions | undefined, namespace: string, key?: string): void {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    if (namespace.startsWith('internal:peersync')) {
      throw new ConfigError('invalid_namespace', `${namespace} is each node's own`);
    }
    if (key !== undefined) checkKey(key);
  }

  async #read<T>(namespace: string, options: CallOptions | undefined, act: Act<T>, key?: string): Promise<T> {
    this.#check(options, namespace, key);
    return this.#node.run(namespace, false, act, options);
  }

  async #write<T>(namespace: string, options: CallOptions | undefined, act: Act<T>, key?: string): Promise<T> {
    this.#check(options, namespace, key);
    return this.#node.run(namespace, true, act, options);
  }
}
