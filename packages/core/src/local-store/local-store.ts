import { failedWatch } from '../change-log/failed-watch.js';
import type {
  AuditPage,
  AuditQuery,
  BatchOperation,
  BatchOptions,
  BatchOutcome,
  RestoreOptions,
  RestoreTarget,
} from '../contract/batch.js';
import type {
  FullStore,
  Health,
  NamespacePage,
  NamespaceQuery,
  RevisionState,
  Snapshot,
  SnapshotOptions,
  Stats,
  VersionPage,
  VersionQuery,
} from '../contract/capabilities.js';
import type { Capability } from '../contract/capability.js';
import { type Alias, checkShown, type EncodedValue, type Entry } from '../contract/entry.js';
import { aliasNotFound, ConfigError, keyNotFound } from '../contract/errors.js';
import type { WatchFilter } from '../contract/filter.js';
import type { CommittedWrite, CompactionState, LogState, MeasuredStore } from '../contract/measured.js';
import { checkKey, checkNamespace } from '../contract/names.js';
import type { SearchPage, SearchQuery } from '../contract/search.js';
import type {
  CallOptions,
  ChangeStream,
  DeleteOptions,
  GetOptions,
  Page,
  Query,
  SetOptions,
  WatchOptions,
  WriteOptions,
} from '../contract/store.js';
import type { TransferOptions, TransferRecord } from '../contract/transfer.js';
import { SearchTerm } from '../rules/search-term.js';
import { checkWrite, isLive } from '../rules/write-rules.js';
import { wait } from '../util/steps.js';
import { untilAborted } from '../util/wait.js';
import { wholeNumber } from '../util/whole-number.js';
import { readAudit } from './audit.js';
import { CommitMeter } from './commit-meter.js';
import type { Engine } from './engine.js';
import { ExpiryTimer } from './expiry-timer.js';
import { localFeatures } from './features.js';
import { Lifecycle } from './lifecycle.js';
import { type Answers, type Operation, type OwnValue, ownOperations, ownRecords } from './operation.js';
import { checkQuery } from './paging.js';
import { plain } from './plain-options.js';
import { readNamespaces, readPage, readPast, readRevision, readSnapshot, readVersions } from './reads.js';
import { readSearch } from './search.js';
import { SettledReads } from './settled-reads.js';

/**
 * A store over an {@link Engine}: the whole contract, once for all engines. It checks names and queries, pages, deletes
 * what has expired before it is read, and says what is not there; the engine reads and writes.
 */
export class LocalStore implements Omit<FullStore, 'supportsCodec'>, MeasuredStore {
  readonly features: ReadonlySet<Capability> = localFeatures;
  readonly #engine: Engine;
  readonly #lifecycle: Lifecycle;
  readonly #expiry: ExpiryTimer;
  readonly #meter = new CommitMeter();
  readonly #reads: SettledReads;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#lifecycle = new Lifecycle(engine.name);
    this.#expiry = new ExpiryTimer(engine);
    this.#reads = new SettledReads(engine);
  }

  async connect(options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted();
    if (this.#closing !== undefined) throw this.#lifecycle.fault;
    this.#opening ??= this.#open();
    const opening = this.#opening;
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    await untilAborted(opening, options?.signal);
  }

  /** Waits for the writes that were taken on. */
  close(): Promise<void> {
    this.#lifecycle.close();
    this.#expiry.close();
    this.#closing ??= (this.#opening ?? Promise.resolve()).then(
      () => this.#engine.close(),
      () => {},
    );
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async health(): Promise<Health> {
    const { fault } = this.#lifecycle;
    return fault === undefined ? this.#engine.health() : { ok: false, message: fault.message };
  }

  async get(namespace: string, key: string, options?: GetOptions): Promise<Entry> {
    this.#check(options, namespace, key);
    const { atRevision } = options ?? {};
    if (atRevision) {
      wholeNumber('atRevision', atRevision);
      return this.#reads.read(options, (reader) => readPast(reader, namespace, key, atRevision));
    }
    const found = this.#engine.get(namespace, key);
    const entry = found instanceof Promise ? await untilAborted(found, options?.signal) : found;
    if (!isLive(entry, this.#engine.now())) throw keyNotFound(namespace, key);
    return entry;
  }

  async set(namespace: string, key: string, value: EncodedValue, options: SetOptions = {}): Promise<Entry> {
    this.#check(options, namespace, key);
    checkWrite(options);
    return this.#submit(
      { type: 'set', namespace, key, value: this.#own(namespace, key, value), options: plain(options) },
      options,
    );
  }

  async delete(namespace: string, key: string, options: DeleteOptions = {}): Promise<Entry> {
    this.#check(options, namespace, key);
    checkWrite(options);
    return this.#submit({ type: 'delete', namespace, key, options: plain(options) }, options);
  }

  async batch(
    namespace: string,
    operations: readonly BatchOperation[],
    options: BatchOptions = {},
  ): Promise<BatchOutcome> {
    this.#check(options, namespace);
    checkWrite(options);
    const own = ownOperations(operations, (key, value) => this.#own(namespace, key, value));
    return this.#submit({ type: 'batch', namespace, operations: own, options: plain(options) }, options);
  }

  async restore(namespace: string, target: RestoreTarget, options: RestoreOptions = {}): Promise<BatchOutcome> {
    this.#check(options, namespace, target.key || undefined);
    checkWrite(options);
    if ('revision' in target.to) wholeNumber('revision', target.to.revision, 1);
    else if (target.key) wholeNumber('version', target.to.version, 1);
    else throw new ConfigError('invalid_argument', 'a version is that of one key, which must be named');
    return this.#submit({ type: 'restore', namespace, target, options: plain(options) }, options);
  }

  async transfer(namespace: string, records: readonly TransferRecord[], options: TransferOptions = {}): Promise<void> {
    this.#check(options, namespace);
    const own = ownRecords(namespace, records, (key, value) => this.#own(namespace, key, value), options);
    await this.#submit({ type: 'transfer', namespace, records: own }, options);
  }

  async transferAliases(aliases: readonly Alias[], options: CallOptions = {}): Promise<void> {
    this.#check(options, '');
    for (const { alias, target } of aliases) {
      checkKey(alias);
      checkKey(target);
    }
    await this.#submit({ type: 'transfer_aliases', aliases }, options);
  }

  async everyNamespace(options?: CallOptions): Promise<readonly string[]> {
    this.#check(options, '');
    return this.#reads.read(options, (reader) => wait(reader.everyNamespace()));
  }

  async find(namespace: string, query: Query = {}, options?: CallOptions): Promise<Page> {
    this.#check(options, namespace);
    checkQuery(query);
    return this.#reads.read(options, (reader, nowMs) => readPage(reader, namespace, query, nowMs));
  }

  watch(filter?: WatchFilter, options?: WatchOptions): ChangeStream {
    const { fault } = this.#lifecycle;
    return fault === undefined ? this.#engine.watch(filter, options) : failedWatch(fault);
  }

  async versions(
    namespace: string,
    key: string,
    query: VersionQuery = {},
    options?: CallOptions,
  ): Promise<VersionPage> {
    this.#check(options, namespace, key);
    checkQuery(query);
    return this.#reads.read(options, (reader, nowMs) => readVersions(reader, namespace, key, query, nowMs));
  }

  async search(query: SearchQuery, options?: CallOptions): Promise<SearchPage> {
    this.#check(options, '');
    checkQuery(query);
    const term = new SearchTerm(query);
    return this.#reads.read(options, (reader, nowMs) => readSearch(reader, term, query, nowMs));
  }

  async audit(query: AuditQuery = {}, options?: CallOptions): Promise<AuditPage> {
    this.#check(options, query.namespace ?? '', query.key || undefined);
    checkQuery(query);
    return this.#reads.read(options, (reader) => readAudit(reader, query));
  }

  async setAlias(alias: string, target: string, options: WriteOptions = {}): Promise<Alias> {
    this.#check(options, '', alias);
    checkWrite(options);
    checkKey(target);
    return this.#submit({ type: 'set_alias', alias, target, options: plain(options) }, options);
  }

  async deleteAlias(alias: string, options: WriteOptions = {}): Promise<void> {
    this.#check(options, '', alias);
    checkWrite(options);
    return this.#submit({ type: 'delete_alias', alias, options: plain(options) }, options);
  }

  async getAlias(alias: string, options?: CallOptions): Promise<Alias> {
    this.#check(options, '', alias);
    const found = await this.#reads.read(options, (reader) => wait(reader.alias(alias)));
    if (found === undefined) throw aliasNotFound(alias);
    return found;
  }

  async listAliases(options?: CallOptions): Promise<readonly Alias[]> {
    this.#check(options, '');
    return this.#reads.read(options, (reader) => wait(reader.aliases()));
  }

  async namespaces(query: NamespaceQuery = {}, options?: CallOptions): Promise<NamespacePage> {
    this.#check(options, '');
    checkQuery(query);
    return this.#reads.read(options, (reader) => readNamespaces(reader, query));
  }

  async stats(options?: CallOptions): Promise<Stats> {
    this.#check(options, '');
    return { namespaces: await this.#reads.read(options, (reader) => wait(reader.counts())) };
  }

  async revision(namespace = '', options?: CallOptions): Promise<RevisionState> {
    this.#check(options, namespace);
    return this.#reads.read(options, (reader) => readRevision(reader, namespace));
  }

  async snapshot(namespace: string, options: SnapshotOptions = {}): Promise<Snapshot> {
    this.#check(options, namespace);
    checkQuery(options);
    return this.#reads.read(options, (reader, nowMs) => readSnapshot(reader, namespace, options, nowMs));
  }

  onCommit(listener: (write: CommittedWrite) => void): () => void {
    return this.#meter.listen(listener);
  }

  logState(): LogState | undefined {
    return this.#engine.logState?.();
  }

  compaction(): CompactionState | undefined {
    return this.#engine.compaction?.();
  }

  async #open(): Promise<void> {
    await this.#engine.open(() => this.#expiry.schedule());
    this.#lifecycle.open();
    this.#expiry.schedule();
  }

  /** Throws unless the call can be made, with these names. */
  #check(options: CallOptions | undefined, namespace: string, key?: string): void {
    this.#lifecycle.check(options);
    checkNamespace(namespace);
    if (key !== undefined) checkKey(key);
  }

  #own(namespace: string, key: string, value: EncodedValue): OwnValue {
    checkShown(key, value);
    const { bytes, codec, type } = value;
    const secret = this.#engine.secrets?.covers({ namespace, key, codec, type }) ?? false;
    return { bytes: this.#engine.keep(bytes), codec, type, secret };
  }

  #submit<O extends Operation>(
    operation: O,
    { signal }: CallOptions,
  ): Answers[O['type']] | Promise<Answers[O['type']]> {
    return this.#meter.measure(operation, () => this.#engine.submit(operation, signal));
  }
}
