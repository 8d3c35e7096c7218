import { randomUUID } from 'node:crypto';
import {
  type Alias,
  type Aliasing,
  type CallOptions,
  type ChangeStream,
  ConfigError,
  type DeleteOptions,
  type EncodedValue,
  type Entry,
  type Capability,
  type Health,
  type HealthChecking,
  isConfigError,
  type NamespaceListing,
  type NamespacePage,
  type NamespaceQuery,
  type Page,
  type Query,
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
import type { Access, RemoteSnapshot, RemoteSnapshotOptions } from './answers.js';
import { BufferedChangeStream } from './change-stream.js';
import { checkAddress } from './channel/open-channel.js';
import { Connection } from './connection.js';
import { toAlias, toEntries, toEntry } from './entry.js';
import { allNamespaces, findKeys, type LastChange, lastChange } from './listing.js';
import { completeOptions, type RemoteStoreOptions } from './options.js';
import type { ConfigClient } from './pipeline.js';
import { deleteRequest, needsOf, optionalNumber, setRequest, wireLimit } from './request.js';
import type { ConnectionState } from './state.js';
import { remoteTransport } from './transport.js';
import { follow } from './watch.js';

/**
 * A store on a server: the remote door of the store contract, for use wherever a local store is. It has whatever the
 * server announces in {@link features}; what it does not have fails with `unsupported` before anything is sent. Calls
 * fail with a `ConfigError`, or with the reason of the signal that ended them. Reads are tried again when the server is
 * unavailable, and so are writes where a repeat does no harm: the server knows request ids, or it is a plain upsert.
 */
export class RemoteStore
  implements Store, Versioned, Aliasing, NamespaceListing, Revisioned, Snapshotting, HealthChecking
{
  readonly #connection: Connection;

  /**
   * `server` is an address (`host:port`, or an URL of a scheme that gRPC knows), or a ready-made client, say one in
   * process. Nothing is opened before `connect()`. Throws `invalid_argument`, with the option's name.
   */
  constructor(server: string | { readonly client: ConfigClient }, options: RemoteStoreOptions = {}) {
    const remote = typeof server !== 'object' || server === null;
    const settings = completeOptions(options, remote);
    if (remote) {
      checkAddress(server, settings.insecure);
      this.#connection = new Connection(server, () => remoteTransport(server, settings), settings);
    } else {
      const { client } = server;
      if (typeof client?.get !== 'function') throw new ConfigError('invalid_argument', 'client must be a client');
      this.#connection = new Connection('in process', () => ({ client, close: () => {} }), settings);
    }
  }

  /**
   * What the server has announced with its last reply, and what every server has: snapshots, versions, aliases,
   * namespaces, health.
   */
  get features(): ReadonlySet<Capability> {
    return this.#connection.features.known;
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

  async get(namespace: string, key: string, { signal }: CallOptions = {}): Promise<Entry> {
    const answer = await this.#connection.call((client, options) => client.get({ namespace, key }, options), {
      signal,
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

  /** By keys it is one read each, side by side: the page is then not of one moment, and has no revision. */
  async find(namespace: string, query: Query = {}, { signal }: CallOptions = {}): Promise<Page> {
    if (query.keys !== undefined) return findKeys(this, namespace, query.keys, query.includeDeleted === true, signal);
    const { prefix = '', cursor = '', includeDeleted = false } = query;
    const request = { namespace, prefix, cursor, includeDeleted, limit: wireLimit(query) };
    const answer = await this.#connection.call((client, options) => client.list(request, options), {
      signal,
      needs: includeDeleted ? ['tombstones'] : [],
    });
    const entries = toEntries(answer.entries);
    const nextCursor = this.#nextCursor(answer.nextCursor, entries.length, request.limit);
    return answer.revision === undefined
      ? { entries, nextCursor }
      : { entries, nextCursor, revision: answer.revision, logId: answer.logId };
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
      needs: includeDeleted ? ['tombstones'] : [],
    });
    const entries = toEntries(answer.entries);
    return { entries, nextCursor: this.#nextCursor(answer.nextCursor, entries.length, request.limit) };
  }

  /**
   * Of a server without revisions, `revision` is 0 and `logId` empty. `maxEntries` is checked on arrival; the server
   * has a limit of its own.
   */
  async snapshot(namespace: string, options: RemoteSnapshotOptions = {}): Promise<RemoteSnapshot> {
    const { ifNoneMatch = '', maxEntries = 0, signal } = options;
    const answer = await this.#connection.call((client, call) => client.snapshot({ namespace, ifNoneMatch }, call), {
      signal,
    });
    if (maxEntries > 0 && answer.entries.length > maxEntries) {
      throw new ConfigError('resource_exhausted', `${namespace} has more than ${maxEntries} entries`);
    }
    const { etag, notModified, revision = 0, logId } = answer;
    return { entries: toEntries(answer.entries), etag, notModified, revision, logId };
  }

  /**
   * As far as the wire tells: `oldestRevision` is the newest, from which a resume succeeds for sure, and
   * `namespaceRevision` is exact for a namespace of up to 32 keys; for a larger one it is the newest too, which is
   * never less. Needs the feature `revisions`, and the right to list the namespace or, without one, to watch
   * everything.
   */
  async revision(namespace = '', { signal }: CallOptions = {}): Promise<RevisionState> {
    this.#connection.check();
    await this.#connection.features.require(['revisions'], signal);
    const { revision, logId, last } =
      namespace === '' ? await this.#progress(signal) : await lastChange(this, namespace, signal);
    if (revision === undefined || logId === undefined) {
      throw new ConfigError('unsupported', 'the server does not tell its revision');
    }
    return { revision, logId, oldestRevision: revision, namespaceRevision: last ?? revision };
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
      if (signal?.aborted || isConfigError(error, 'not_connected', 'closed')) throw error;
      if (!isConfigError(error, 'permission_denied')) return { ok: false, message: (error as Error).message };
    }
    return { ok: true };
  }

  /** The caller's request id, or one of our own where the server knows them: a repeat then does no harm. */
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
  async #progress(signal: AbortSignal | undefined): Promise<LastChange> {
    await using stream = this.watch({}, { progress: true, signal });
    for await (const event of stream) if (event.type === 'progress') return event;
    signal?.throwIfAborted();
    return {};
  }
}
