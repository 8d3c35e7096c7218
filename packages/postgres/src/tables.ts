import { type Alias, type Change, type Entry, valueTypeNumber } from '@cfg/core';
import type { HistoryRange, KeptValue, Operation, Range, Sealer, WriteTables } from '@cfg/core/store';
import { changeWeight } from './compaction.js';
import { KeyRows } from './key-rows.js';
import { LoadedRows } from './loaded-rows.js';
import { type AliasRow, aliasOf } from './rows.js';
import type { Session } from './session.js';
import type { Statements } from './statements.js';
import { toText } from './text.js';

/**
 * The tables within one transaction that writes. What the batch names is loaded first, and what it changes collected
 * and written in one statement: at the end, or before something is read that was not loaded.
 */
export class Tables implements WriteTables {
  readonly #session: Session;
  readonly #statements: Statements;
  readonly #sealer: Sealer;
  readonly #keys: KeyRows;
  readonly #loaded: LoadedRows;
  #pending: { change: Change; logBytes: number; kept: KeptValue }[] = [];
  #states = new Map<string, Entry>();
  #tallies = new Map<string, { revision: number; added: number }>();
  #logBytes = 0;

  constructor(session: Session, statements: Statements, historyLimit: number, sealer: Sealer) {
    this.#sealer = sealer;
    this.#loaded = new LoadedRows(sealer);
    this.#session = session;
    this.#statements = statements;
    this.#keys = new KeyRows(session, statements, historyLimit, sealer);
  }

  load(operations: readonly Operation[], nowMs: number): Promise<void> {
    return this.#loaded.load(this.#session, this.#statements, operations, nowMs);
  }

  /** The size of all changes of the log before the transaction, in bytes. */
  begin(logBytes: number): void {
    this.#logBytes = logBytes;
  }

  /** Their size with those that the transaction has added, in bytes. */
  get logBytes(): number {
    return this.#logBytes;
  }

  last(namespace: string, key: string): Entry | undefined | Promise<Entry | undefined> {
    const last = this.#loaded.last(namespace, key);
    return last === 'unknown' ? this.#read(() => this.#keys.states(namespace, [key])).then(([entry]) => entry) : last;
  }

  byRequest(namespace: string, requestId: string): readonly Change[] {
    return this.#loaded.byRequest(namespace, requestId);
  }

  due(nowMs: number, limit: number): readonly Entry[] {
    return this.#loaded.due(nowMs, limit);
  }

  range(range: Range): Promise<readonly Entry[]> {
    return this.#read(() => this.#keys.range(range));
  }

  history(range: HistoryRange): Promise<readonly Entry[]> {
    return this.#read(() => this.#keys.history(range));
  }

  nearest(namespace: string, keys: readonly string[], revision: number): Promise<readonly (Entry | undefined)[]> {
    return this.#read(() => this.#keys.nearest(namespace, keys, revision));
  }

  async alias(name: string): Promise<Alias | undefined> {
    const [row] = await this.#read(() => this.#session.query<AliasRow>(this.#statements.alias, [name]));
    return row && aliasOf(row);
  }

  async isTarget(name: string): Promise<boolean> {
    return (await this.#read(() => this.#session.query(this.#statements.isTarget, [name]))).length > 0;
  }

  async isKey(name: string, nowMs: number): Promise<boolean> {
    return (await this.#read(() => this.#session.query(this.#statements.isKey, [name, nowMs]))).length > 0;
  }

  check(entry: Entry): void {
    this.#sealer.check(entry);
  }

  put(change: Change, last: Entry | undefined): void {
    const { entry } = change;
    this.#append(change);
    this.#loaded.put(change);
    this.#states.set(`${entry.namespace}\n${entry.key}`, entry);
    const tally = this.#tallies.get(entry.namespace) ?? { revision: 0, added: 0 };
    tally.revision = entry.revision;
    tally.added += (entry.deleted ? 0 : 1) - (last === undefined || last.deleted ? 0 : 1);
    this.#tallies.set(entry.namespace, tally);
  }

  async putAlias(change: Change, alias: Alias): Promise<void> {
    const { putAlias, dropAlias } = this.#statements;
    this.#append(change);
    const { target, version, revision, createdAtMs } = alias;
    if (change.type === 'alias_delete') await this.#session.query(dropAlias, [alias.alias]);
    else await this.#session.query(putAlias, [alias.alias, target, version, revision, createdAtMs]);
  }

  /** Writes what was collected. `origin` is told to the other servers. */
  async flush(origin = ''): Promise<void> {
    const pending = this.#pending;
    const newest = pending.at(-1);
    if (newest === undefined) return;
    const states = [...this.#states.values()];
    const tallies = [...this.#tallies];
    const changes = pending.map(({ change }) => change);
    const entries = changes.map(({ entry }) => entry);
    this.#pending = [];
    this.#states = new Map();
    this.#tallies = new Map();
    await this.#session.query(this.#statements.flush, [
      newest.change.revision,
      newest.logBytes,
      changes.map(({ revision }) => revision),
      changes.map(({ type }) => type),
      changes.map(({ type, entry }) => (type === 'set' || type === 'delete' ? entry.namespace : null)),
      entries.map(({ key }) => key),
      entries.map(({ version }) => version),
      entries.map(({ codec }) => toText(codec)),
      entries.map(({ type }) => valueTypeNumber(type)),
      entries.map(({ createdAtMs }) => createdAtMs),
      entries.map(({ updatedAtMs }) => updatedAtMs),
      entries.map(({ expiresAtMs }) => expiresAtMs ?? null),
      changes.map(({ requestId }) => (requestId === '' ? null : toText(requestId))),
      entries.map(({ author }) => (author === '' ? null : toText(author))),
      entries.map(({ comment }) => (comment === '' ? null : toText(comment))),
      changes.map(({ more }) => more),
      pending.map(({ logBytes }) => logBytes),
      pending.map(({ kept }) => kept.bytes),
      states.map(({ namespace }) => namespace),
      states.map(({ key }) => key),
      states.map(({ revision }) => revision),
      states.map(({ version }) => version),
      states.map(({ deleted }) => deleted),
      states.map(({ expiresAtMs }) => expiresAtMs ?? null),
      tallies.map(([namespace]) => namespace),
      tallies.map(([, { revision }]) => revision),
      tallies.map(([, { added }]) => added),
      origin,
      pending.map(({ kept }) => kept.dek),
    ]);
  }

  #append(change: Change): void {
    this.#logBytes += changeWeight(change.entry);
    this.#pending.push({ change, logBytes: this.#logBytes, kept: this.#sealer.keep(change.entry) });
  }

  /** Reads from the database, after what is collected was written there. */
  async #read<T>(read: () => Promise<T>): Promise<T> {
    await this.flush();
    return read();
  }
}
