import { randomUUID } from 'node:crypto';
import {
  type Alias,
  type Aliasing,
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
  type RestoreTarget,
  type Restoring,
  type Revisioned,
  type RevisionState,
  type SetOptions,
  type Snapshotting,
  type Store,
  type Versioned,
  type VersionPage,
  type VersionQuery,
  type WatchFilter,
  type WatchOptions,
} from '@cfg/core';
import { allNamespaces } from './all-namespaces.js';
import type { Access, RemoteSnapshot, RemoteSnapshotOptions } from './answers.js';
import { BufferedChangeStream } from './change-stream.js';
import { checkAddress } from './channel/open-channel.js';
import type { Clients } from './clients.js';
import { Connection } from './connection.js';
import type { ConnectionState } from './connection-state.js';
import { toAlias, toEntries, toEntry, toOutcome } from './entry.js';
import { findKeys } from './find-keys.js';
import { completeOptions, type RemoteStoreOptions } from './options.js';
import {
  batchRequest,
  deleteRequest,
  needsOf,
  needsToRead,
  optionalNumber,
  restoreRequest,
  setRequest,
  wireLimit,
} from './request.js';
import { remoteTransport } from './transport.js';
import { follow } from './watch.js';

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
  implements Store, Versioned, Aliasing, NamespaceListing, Revisioned, Snapshotting, Batching, Restoring, HealthChecking
{
  readonly #connection: Connection;

  /**
   * `server` is an address (`host:port`, or a URL of a scheme that gRPC knows), or ready-made clients, such as those in
   * process; without `operations` there is no batch and no restore. Nothing is opened before `connect()`. Throws `invalid_argument`, with the option's name.
   */
  constructor(server: string | Clients, options: RemoteStoreOptions = {}) {
    const remote = typeof server !== 'object' || server === null;
    const settings = completeOptions(options, remote);
    if (remote) {
      checkAddress(server, settings.insecure);
      this.#connection = new Connection(server, () => remoteTransport(server, settings), settings);
    } else {
      const { client, operations } = server;
      if (typeof client?.get !== 'function') throw new ConfigError('invalid_argument', 'client must be a client');
      this.#connection = new Connection('in process', () => ({ client, operations, close: () => {} }), settings);
    }
  }

  /**
   * What the server has announced with its last reply, and what every server has: snapshots, versions, aliases,
   * namespaces, health.
   */
  get features(): ReadonlySet<Capability> {
    const { features, hasOperations } = this.#connection;
    if (hasOperations) return features.known;
    return new Set([...features.known].filter((each) => each !== 'batch' && each !== 'restore'));
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

  async get(namespace: string, key: string, { atRevision, signal }: GetOptions = {}): Promise<Entry> {
    const request = { namespace, key, atRevision: optionalNumber('atRevision', atRevision) ?? 0 };
    const answer = await this.#connection.call((client, options) => client.get(request, options), {
      signal,
      needs: needsToRead({ atRevision }),
    });
    return toEntry(answer.entry);
  }

  async set(namespace: string, key: string, value: EncodedValue, options: SetOptions = {}): Promise<Entry> {
    const { signal, mode = 'upsert', ifVersion } = options;
    const requestId = await this.#requestId(options);
    const request = setRequest(namespace, key, value, { ...options, requestId });
    const answer = await this.#connection.call((client, call) => client.set(request, call), {
      signal,
      needs: needsOf(options),
      repeatable: requestId !== '' || (mode === 'upsert' && ifVersion === undefined),
    });
    return toEntry(answer.entry);
  }

  async delete(namespace: string, key: string, options: DeleteOptions = {}): Promise<void> {
    const requestId = await this.#requestId(options);
    const request = deleteRequest(namespace, key, { ...options, requestId });
    await this.#connection.call((client, call) => client.delete(request, call), {
      signal: options.signal,
      needs: needsOf(options),
      repeatable: requestId !== '',
    });
  }

  /**
   * By keys it is one read each, side by side: the page is then not of one moment, and has no revision. The server bounds
   * the bytes of a page as well; where that is more than `maxBytes`, a smaller page is asked for.
   */
  async find(namespace: string, query: Query = {}, { signal }: CallOptions = {}): Promise<Page> {
    if (query.keys !== undefined) return findKeys(this, namespace, query, signal);
    const { prefix = '', cursor = '', includeDeleted = false } = query;
    const atRevision = optionalNumber('atRevision', query.atRevision) ?? 0;
    const request = { namespace, prefix, cursor, includeDeleted, atRevision, limit: wireLimit(query) };
    const answer = await this.#connection.call((client, options) => client.list(request, options), {
      signal,
      needs: needsToRead(query),
    });
    const { revision, logId, namespaceRevision, oldestRevision } = answer;
    const entries = toEntries(answer.entries);
    const fitting = countWithin(entries, optionalNumber('maxBytes', query.maxBytes) || Number.POSITIVE_INFINITY);
    if (fitting < entries.length) return this.find(namespace, { ...query, limit: fitting }, { signal });
    const nextCursor = this.#nextCursor(answer.nextCursor, entries.length, request.limit);
    this.#connection.position.saw(revision, logId);
    if (revision === undefined) return { entries, nextCursor };
    return { entries, nextCursor, revision, logId, namespaceRevision, oldestRevision };
  }

  async versions(
    namespace: string,
    key: string,
    query: VersionQuery = {},
    { signal }: CallOptions = {},
  ): Promise<VersionPage> {
    const { cursor = '', includeDeleted = false } = query;
    const version = optionalNumber('version', query.version) ?? 0;
    const request = { namespace, key, version, cursor, includeDeleted, limit: wireLimit(query) };
    const answer = await this.#connection.call((client, options) => client.getVersions(request, options), {
      signal,
      needs: needsToRead(query),
    });
    const entries = toEntries(answer.entries);
    return { entries, nextCursor: this.#nextCursor(answer.nextCursor, entries.length, request.limit) };
  }

  /**
   * From a server without revisions, `revision` is 0 and `logId` empty. `maxEntries` and `maxBytes` are checked on
   * arrival; the server has limits of its own.
   */
  async snapshot(namespace: string, options: RemoteSnapshotOptions = {}): Promise<RemoteSnapshot> {
    const { ifNoneMatch = '', maxEntries = 0, maxBytes = 0, signal } = options;
    const atRevision = optionalNumber('atRevision', options.atRevision) ?? 0;
    const request = { namespace, ifNoneMatch, atRevision };
    const answer = await this.#connection.call((client, call) => client.snapshot(request, call), {
      signal,
      needs: needsToRead(options),
    });
    const { etag, notModified, revision = 0, logId, namespaceRevision } = answer;
    const entries = toEntries(answer.entries);
    const exceeds = (most: number, unit: string): ConfigError =>
      new ConfigError('resource_exhausted', `namespace ${JSON.stringify(namespace)} has more than ${most} ${unit}`);
    if (maxEntries > 0 && entries.length > maxEntries) throw exceeds(maxEntries, 'entries');
    const bytes = entries.reduce((sum, { size }) => sum + size, 0);
    if (maxBytes > 0 && bytes > maxBytes) throw exceeds(maxBytes, 'bytes');
    this.#connection.position.saw(revision, logId);
    return { entries, etag, notModified, revision, logId, namespaceRevision };
  }

  /**
   * Of a namespace: one List of one entry, and exact. Of the whole log, without a namespace: the first progress of a
   * watch of everything, which needs the right to that; `oldestRevision` is then the newest revision, from which a resume
   * succeeds for sure, and so is `namespaceRevision`. Fails with `unsupported` without the capability `revisions`.
   */
  async revision(namespace = '', { signal }: CallOptions = {}): Promise<RevisionState> {
    this.#connection.check();
    await this.#connection.features.require(['revisions'], signal);
    const { revision, logId, oldestRevision, namespaceRevision } =
      namespace === '' ? await this.#progress(signal) : await this.find(namespace, { limit: 1 }, { signal });
    if (revision === undefined || logId === undefined) {
      throw new ConfigError('unsupported', 'the server does not tell its revision');
    }
    const least = { oldestRevision: oldestRevision ?? revision, namespaceRevision: namespaceRevision ?? revision };
    return { revision, logId, ...least };
  }

  async batch(
    namespace: string,
    operations: readonly BatchOperation[],
    options: BatchOptions = {},
  ): Promise<BatchOutcome> {
    const requestId = await this.#requestId(options);
    const request = batchRequest(namespace, operations, { ...options, requestId });
    const needs = new Set(['batch' as const, ...needsOf(options), ...operations.flatMap(needsOf)]);
    const answer = await this.#connection.operate((client, call) => client.batch(request, call), {
      signal: options.signal,
      needs: [...needs],
      repeatable: requestId !== '' || options.dryRun === true,
    });
    return toOutcome(answer);
  }

  async restore(namespace: string, target: RestoreTarget, options: BatchOptions = {}): Promise<BatchOutcome> {
    const requestId = await this.#requestId(options);
    const request = restoreRequest(namespace, target, { ...options, requestId });
    const answer = await this.#connection.operate((client, call) => client.restore(request, call), {
      signal: options.signal,
      needs: ['restore', ...needsOf(options)],
      repeatable: requestId !== '' || options.dryRun === true,
    });
    return toOutcome(answer);
  }

  watch(filter?: WatchFilter, options: WatchOptions = {}): ChangeStream {
    const { bufferSize } = this.#connection.settings.watch;
    return new BufferedChangeStream(follow(this.#connection, filter, options), bufferSize, options.signal);
  }

  async setAlias(alias: string, target: string, { signal }: CallOptions = {}): Promise<Alias> {
    const answer = await this.#connection.call((client, options) => client.setAlias({ alias, target }, options), {
      signal,
      repeatable: false,
    });
    return toAlias(answer.alias);
  }

  async deleteAlias(alias: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#connection.call((client, options) => client.deleteAlias({ alias }, options), {
      signal,
      repeatable: false,
    });
  }

  async getAlias(alias: string, { signal }: CallOptions = {}): Promise<Alias> {
    const answer = await this.#connection.call((client, options) => client.getAlias({ alias }, options), { signal });
    return toAlias(answer.alias);
  }

  async listAliases({ signal }: CallOptions = {}): Promise<readonly Alias[]> {
    const answer = await this.#connection.call((client, options) => client.listAliases({}, options), { signal });
    return answer.aliases.map(toAlias).sort((a, b) => (a.alias < b.alias ? -1 : 1));
  }

  /** Without a limit, page after page until the end. */
  namespaces(query: NamespaceQuery = {}, { signal }: CallOptions = {}): Promise<NamespacePage> {
    return allNamespaces(query, (request) =>
      this.#connection.call((client, options) => client.listNamespaces(request, options), { signal }),
    );
  }

  /** What the caller may do in the namespace or, of a server that can tell, with the key or the prefix of keys. */
  async access(namespace: string, key = '', { signal }: CallOptions = {}): Promise<Access> {
    const { features } = this.#connection;
    this.#connection.check();
    await features.learn(signal);
    if (key !== '' && !features.announced) {
      throw new ConfigError('unsupported', 'the server does not tell the access to a key');
    }
    const may = await this.#connection.call((client, options) => client.checkAccess({ namespace, key }, options), {
      signal,
    });
    const known = { read: may.canRead, write: may.canWrite };
    return features.announced ? { ...known, delete: may.canDelete, list: may.canList, watch: may.canWatch } : known;
  }

  /** The names of the codecs that the server can decode. */
  async codecs({ signal }: CallOptions = {}): Promise<readonly string[]> {
    return (await this.#connection.call((client, options) => client.listCodecs({}, options), { signal })).codecs;
  }

  /** Whether the server answers; it may be one that refuses this caller. */
  async health({ signal }: CallOptions = {}): Promise<Health> {
    try {
      await this.codecs({ signal });
    } catch (error) {
      if (signal?.aborted) throw error;
      if (!isConfigError(error, 'permission_denied')) return { ok: false, message: (error as Error).message };
    }
    return { ok: true };
  }

  /** Returns the caller's request id, or one of our own where the server knows them: a repeat then does no harm. */
  async #requestId({ requestId = '', signal }: DeleteOptions): Promise<string> {
    signal?.throwIfAborted();
    this.#connection.check();
    if (requestId !== '') return requestId;
    return (await this.#connection.features.learn(signal)).has('requests') ? randomUUID() : '';
  }

  /** The original tells a cursor after the last page too. */
  #nextCursor(cursor: string, count: number, limit: number): string {
    return this.#connection.features.announced || (limit > 0 && count >= limit) ? cursor : '';
  }

  /** Where the log is: the first progress that a watch is told. */
  async #progress(signal: AbortSignal | undefined): Promise<Partial<RevisionState>> {
    await using stream = this.watch({}, { progress: true, signal });
    for await (const event of stream) if (event.type === 'progress') return event;
    signal?.throwIfAborted();
    return {};
  }
}

/** How many of the entries, but at least one, have no more than `maxBytes` together. */
function countWithin(entries: readonly Entry[], maxBytes: number): number {
  let bytes = 0;
  const first = entries.findIndex(({ size }, i) => (bytes += size) > maxBytes && i > 0);
  return first === -1 ? entries.length : first;
}
