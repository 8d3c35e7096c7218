import {
  type Alias,
  type Aliasing,
  type Arrivals,
  type Auditing,
  type AuditPage,
  type AuditQuery,
  type Batching,
  type BatchOperation,
  type BatchOptions,
  type BatchOutcome,
  type CallOptions,
  type Capability,
  type ChangeStream,
  ConfigError,
  type DeleteOptions,
  type EncodedValue,
  type Entry,
  type StoreGetOptions as GetOptions,
  type Health,
  type HealthChecking,
  isConfigError,
  type NamespaceListing,
  type NamespacePage,
  type NamespaceQuery,
  type Page,
  type Query,
  type RestoreOptions,
  type RestoreTarget,
  type Restoring,
  type Revisioned,
  type RevisionState,
  type Searching,
  type SearchPage,
  type SearchQuery,
  type SetOptions,
  type Snapshotting,
  type Store,
  type Versioned,
  type VersionPage,
  type VersionQuery,
  type WatchFilter,
  type WatchOptions,
} from '@cfg/core';
import type { Access, RemoteSnapshot, RemoteSnapshotOptions } from './answers.js';
import { accessTo } from './calls/access.js';
import { deleteAlias, getAlias, listAliases, setAlias } from './calls/aliases.js';
import { allNamespaces } from './calls/all-namespaces.js';
import { auditPage } from './calls/audit.js';
import { toEntry } from './calls/entry.js';
import { findPage } from './calls/find.js';
import { findKeys } from './calls/find-keys.js';
import { needsToRead, optionalNumber } from './calls/request.js';
import { searchPage } from './calls/search.js';
import { takeSnapshot } from './calls/snapshot.js';
import { versionsPage } from './calls/versions.js';
import { applyBatch, deleteKey, restoreTo, setKey } from './calls/write.js';
import { BufferedChangeStream } from './change-stream.js';
import { checkAddresses } from './channel/address.js';
import type { Clients } from './clients.js';
import { Connection } from './connection.js';
import type { ConnectionState } from './connection-state.js';
import { completeOptions, type RemoteStoreOptions } from './options.js';
import { RemoteTransport } from './transport/remote-transport.js';
import { follow } from './watch.js';

/** The methods of the second of the two services. */
const ofOperations: ReadonlySet<Capability> = new Set<Capability>(['batch', 'restore', 'search', 'audit']);

/**
 * A store on a server: the remote door of the store contract, for use wherever a local store is. It has whatever the
 * server announces in {@link features}; what it does not have fails with `unsupported` before anything is sent. Calls
 * fail with a `ConfigError`, or with the reason of the signal that ended them. Reads are tried again when the server is
 * unavailable, and so are writes where a repeat does no harm: the server knows request ids, or it is a plain upsert. An
 * `author` is not sent: who writes, the server says.
 *
 * @example
 * const store = new RemoteStore('config.internal:9090', { token: process.env.CFG_TOKEN });
 * await using manager = new Manager({ store });
 * await manager.connect();
 */
export class RemoteStore
  implements
    Store,
    Versioned,
    Aliasing,
    NamespaceListing,
    Revisioned,
    Snapshotting,
    Batching,
    Restoring,
    Searching,
    Auditing,
    HealthChecking
{
  readonly #connection: Connection;

  /**
   * `server` is an address (`host:port`, or a URL of a scheme that gRPC knows), several addresses of servers that have the
   * same data, or ready-made clients, such as those in process; without `operations` there is no batch, no restore and no search. Nothing is opened before `connect()`. Throws
   * `invalid_argument`, with the option's name.
   */
  constructor(server: string | readonly string[] | Clients, options: RemoteStoreOptions = {}) {
    const remote = typeof server !== 'object' || server === null || Array.isArray(server);
    const settings = completeOptions(options, remote);
    if (remote) {
      const addresses = checkAddresses(server, settings.insecure);
      this.#connection = new Connection(addresses.join(', '), () => new RemoteTransport(addresses, settings), settings);
    } else {
      const { client, operations } = server as Clients;
      if (typeof client?.get !== 'function') throw new ConfigError('invalid_argument', 'client must be a client');
      const clients = { client, operations };
      this.#connection = new Connection('in process', () => ({ clients: () => clients, close: () => {} }), settings);
    }
  }

  get arrivals(): Arrivals {
    return this.#connection.arrivals;
  }

  /**
   * The features that the server has announced with its last reply, and those of every server: snapshots, versions, aliases,
   * namespaces, health.
   */
  get features(): ReadonlySet<Capability> {
    const { features, hasOperations } = this.#connection;
    if (hasOperations) return features.known;
    return new Set([...features.known].filter((each) => !ofOperations.has(each)));
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  /**
   * Opens the connection and makes sure that the server answers. Fails with `unavailable` if it does not within
   * `connectTimeoutMs`, with `unauthenticated` if it refuses the credentials; may then be called again.
   */
  connect(options?: CallOptions): Promise<void> {
    return this.#connection.connect(options);
  }

  /** Ends calls and watches with `closed`, and the connection. */
  async close(): Promise<void> {
    this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
  }

  async get(namespace: string, key: string, options: GetOptions = {}): Promise<Entry> {
    const { atRevision } = options;
    const request = { namespace, key, atRevision: optionalNumber('atRevision', atRevision) ?? 0 };
    const answer = await this.#connection.call((client, call) => client.get(request, call), {
      ...options,
      needs: needsToRead({ atRevision }),
    });
    return toEntry(answer.entry);
  }

  set(namespace: string, key: string, value: EncodedValue, options: SetOptions = {}): Promise<Entry> {
    return setKey(this.#connection, namespace, key, value, options);
  }

  async delete(namespace: string, key: string, options: DeleteOptions = {}): Promise<undefined> {
    await deleteKey(this.#connection, namespace, key, options);
  }

  /**
   * By keys it is one read each, side by side: the page is then not of one moment, and has no revision. The server bounds
   * the bytes of a page as well; where that is more than `maxBytes`, a smaller page is asked for.
   */
  async find(namespace: string, query: Query = {}, options: CallOptions = {}): Promise<Page> {
    if (query.keys !== undefined) return findKeys(this, namespace, query, options);
    return findPage(this.#connection, namespace, query, options);
  }

  async versions(
    namespace: string,
    key: string,
    query: VersionQuery = {},
    options: CallOptions = {},
  ): Promise<VersionPage> {
    return versionsPage(this.#connection, namespace, key, query, options);
  }

  /**
   * From a server without revisions, `revision` is 0 and `logId` empty. `maxEntries` and `maxBytes` are checked on
   * arrival; the server has limits of its own.
   */
  async snapshot(namespace: string, options: RemoteSnapshotOptions = {}): Promise<RemoteSnapshot> {
    return takeSnapshot(this.#connection, namespace, options);
  }

  /**
   * Of a namespace: one List of one entry, and exact. Of the whole log, without a namespace: the first progress of a
   * watch of everything, which needs the right to that; `oldestRevision` is then the newest revision, from which a resume
   * succeeds for sure, and so is `namespaceRevision`. Fails with `unsupported` without the capability `revisions`.
   */
  async revision(namespace = '', options: CallOptions = {}): Promise<RevisionState> {
    this.#connection.check();
    await this.#connection.features.require(['revisions'], options.signal);
    const { revision, logId, oldestRevision, namespaceRevision } =
      namespace === '' ? await this.#progress(options) : await this.find(namespace, { limit: 1 }, options);
    if (revision === undefined || logId === undefined) {
      throw new ConfigError('unsupported', 'the server does not tell its revision');
    }
    const least = { oldestRevision: oldestRevision ?? revision, namespaceRevision: namespaceRevision ?? revision };
    return { revision, logId, ...least };
  }

  batch(namespace: string, operations: readonly BatchOperation[], options: BatchOptions = {}): Promise<BatchOutcome> {
    return applyBatch(this.#connection, namespace, operations, options);
  }

  restore(namespace: string, target: RestoreTarget, options: RestoreOptions = {}): Promise<BatchOutcome> {
    return restoreTo(this.#connection, namespace, target, options);
  }

  /**
   * The server bounds the number and the bytes of a page as well; `maxBytes` is not sent. What the caller may not read
   * is not found, and a secret that is found by its key comes without its value.
   */
  search(query: SearchQuery, options: CallOptions = {}): Promise<SearchPage> {
    return searchPage(this.#connection, query, options);
  }

  /**
   * Who wrote what, of what the caller may read. The server bounds the bytes of a page; `maxBytes` is not sent, and
   * without a limit a page has 100 records. A record's value has no type.
   */
  audit(query: AuditQuery = {}, options: CallOptions = {}): Promise<AuditPage> {
    return auditPage(this.#connection, query, options);
  }

  /**
   * From the call on: a watch that comes to the server late, because the connection is down or lost meanwhile, begins
   * where the server's log was last seen, and so may tell changes from before the call; where that was never seen, it
   * fails with `unavailable`. A lost watch goes on after the last change that was told; without revisions it fails.
   */
  watch(filter?: WatchFilter, options: WatchOptions = {}): ChangeStream {
    const { bufferSize } = this.#connection.settings.watch;
    return new BufferedChangeStream(follow(this.#connection, filter, options), bufferSize, options.signal);
  }

  setAlias(alias: string, target: string, options: CallOptions = {}): Promise<Alias> {
    return setAlias(this.#connection, alias, target, options);
  }

  deleteAlias(alias: string, options: CallOptions = {}): Promise<void> {
    return deleteAlias(this.#connection, alias, options);
  }

  getAlias(alias: string, options: CallOptions = {}): Promise<Alias> {
    return getAlias(this.#connection, alias, options);
  }

  listAliases(options: CallOptions = {}): Promise<readonly Alias[]> {
    return listAliases(this.#connection, options);
  }

  /** Without a limit, page after page until the end. */
  namespaces(query: NamespaceQuery = {}, options: CallOptions = {}): Promise<NamespacePage> {
    return allNamespaces(query, (request) =>
      this.#connection.call((client, call) => client.listNamespaces(request, call), options),
    );
  }

  /** The actions open to the caller in the namespace or, of a server that can tell, with the key or the prefix of keys. */
  access(namespace: string, key = '', options: CallOptions = {}): Promise<Access> {
    return accessTo(this.#connection, namespace, key, options);
  }

  /** The names of the codecs that the server can decode. */
  async codecs(options: CallOptions = {}): Promise<readonly string[]> {
    return (await this.#connection.call((client, call) => client.listCodecs({}, call), options)).codecs;
  }

  /** Whether the server answers within 5 seconds, or `callTimeoutMs`; it may be one that refuses this caller. */
  async health({ signal }: CallOptions = {}): Promise<Health> {
    try {
      await this.#connection.probe(signal);
    } catch (error) {
      if (signal?.aborted) throw error;
      if (!isConfigError(error, 'permission_denied')) return { ok: false, message: (error as Error).message };
    }
    return { ok: true };
  }

  /** Where the log is: the first progress that a watch is told. */
  async #progress(options: CallOptions): Promise<Partial<RevisionState>> {
    await using stream = this.watch({}, { ...options, progress: true });
    for await (const event of stream) if (event.type === 'progress') return event;
    options.signal?.throwIfAborted();
    return {};
  }
}
