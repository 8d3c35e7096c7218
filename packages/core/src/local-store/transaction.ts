import type { BatchOptions, BatchOutcome, RestoreOptions, RestoreTarget } from '../contract/batch.js';
import { aliasChange, Change } from '../contract/change.js';
import { type Alias, Entry } from '../contract/entry.js';
import { aliasNotFound, ConfigError, isConfigError } from '../contract/errors.js';
import type { DeleteOptions, SetOptions, WriteOptions } from '../contract/store.js';
import { aliasTaken, checkAlias } from '../rules/alias-rules.js';
import {
  entryAfterDelete,
  entryAfterSet,
  isLater,
  isLive,
  repeatedBatch,
  repeatedWrite,
} from '../rules/write-rules.js';
import { type Steps, wait } from '../util/steps.js';
import type { WriteTables } from './engine.js';
import type { Answer, Operation, OwnBatchOperation, OwnRecord, OwnValue } from './operation.js';
import { Plan } from './plan.js';
import { planRestore } from './restore.js';

/** The operations of one transaction on the tables, one after the other; each is decided on the state that those before left. */
export class Transaction {
  /** The changes that it has added to the log. */
  readonly changes: Change[] = [];
  readonly #tables: WriteTables;
  readonly #nowMs: number;
  #revision: number;

  /** `revision` is the newest of the log. */
  constructor(tables: WriteTables, revision: number, nowMs: number) {
    this.#tables = tables;
    this.#revision = revision;
    this.#nowMs = nowMs;
  }

  /** The newest revision. */
  get revision(): number {
    return this.#revision;
  }

  /** Deletes up to `limit` entries that have expired. */
  *expire(limit: number): Steps<void> {
    for (const entry of yield* wait(this.#tables.due(this.#nowMs, limit))) yield* this.#expire(entry);
  }

  /** Throws a `ConfigError` if the rules refuse the operation; nothing of it is written then. */
  apply(operation: Operation): Steps<Answer> {
    switch (operation.type) {
      case 'set':
        return this.#set(operation.namespace, operation.key, operation.value, operation.options);
      case 'delete':
        return this.#delete(operation.namespace, operation.key, operation.options);
      case 'batch':
        return this.#batch(operation.namespace, operation.operations, operation.options);
      case 'restore':
        return this.#restore(operation.namespace, operation.target, operation.options);
      case 'set_alias':
        return this.#setAlias(operation.alias, operation.target, operation.options);
      case 'delete_alias':
        return this.#deleteAlias(operation.alias, operation.options);
      case 'transfer':
        return this.#transfer(operation.namespace, operation.records);
      case 'transfer_aliases':
        return this.#transferAliases(operation.aliases);
      case 'expire':
        return nothing();
    }
  }

  *#set(namespace: string, key: string, value: OwnValue, options: SetOptions): Steps<Entry> {
    const { requestId = '' } = options;
    if (requestId !== '') {
      const firsts = yield* wait(this.#tables.byRequest(namespace, requestId));
      const repeated = repeatedWrite('set', key, requestId, firsts);
      if (repeated !== undefined) return opened(repeated);
    }
    const last = yield* this.#last(namespace, key);
    const entry = entryAfterSet(namespace, key, last, value, options, this.#revision + 1, this.#nowMs);
    this.#tables.check?.(entry);
    yield* this.#put(new Change('set', entry, entry.revision, requestId), last);
    return entry;
  }

  *#delete(namespace: string, key: string, options: DeleteOptions): Steps<Entry> {
    const { requestId = '' } = options;
    if (requestId !== '') {
      const firsts = yield* wait(this.#tables.byRequest(namespace, requestId));
      const repeated = repeatedWrite('delete', key, requestId, firsts);
      if (repeated !== undefined) return repeated;
    }
    const last = yield* this.#last(namespace, key);
    const entry = entryAfterDelete(namespace, key, last, options, this.#revision + 1, this.#nowMs);
    yield* this.#put(new Change('delete', entry, entry.revision, requestId), last);
    return entry;
  }

  *#batch(namespace: string, operations: readonly OwnBatchOperation[], options: BatchOptions): Steps<BatchOutcome> {
    const keys = operations.map(({ key }) => key);
    const repeated = yield* this.#repeatedBatch(namespace, options, keys);
    if (repeated !== undefined) return repeated;
    // Expired keys are deleted first, so that the batch's own changes are consecutive.
    const lasts: (Entry | undefined)[] = [];
    for (const key of keys) lasts.push(yield* this.#last(namespace, key));
    const plan = new Plan(namespace, this.#revision, this.#nowMs);
    for (const [index, operation] of operations.entries()) {
      try {
        plan.add(operation, lasts[index], options);
      } catch (error) {
        throw refused(error, index, operation.key);
      }
    }
    return yield* this.#carryOut(plan, options);
  }

  *#restore(namespace: string, target: RestoreTarget, options: RestoreOptions): Steps<BatchOutcome> {
    const repeated = yield* this.#repeatedBatch(namespace, options, undefined);
    if (repeated !== undefined) return repeated;
    const plan = new Plan(namespace, this.#revision, this.#nowMs);
    yield* planRestore(plan, this.#tables, namespace, target, options, this.#revision, this.#nowMs);
    if (options.expected !== undefined) plan.check(options.expected);
    return yield* this.#carryOut(plan, options);
  }

  *#repeatedBatch(
    namespace: string,
    { requestId = '', dryRun = false }: BatchOptions,
    keys: readonly string[] | undefined,
  ): Steps<BatchOutcome | undefined> {
    if (requestId === '' || dryRun) return undefined;
    const firsts = yield* wait(this.#tables.byRequest(namespace, requestId));
    const changes = repeatedBatch(requestId, firsts, keys);
    for (const { entry } of changes ?? []) opened(entry);
    return changes && outcomeOf(changes);
  }

  *#carryOut(plan: Plan, { requestId = '', dryRun = false }: BatchOptions): Steps<BatchOutcome> {
    if (dryRun) return plan.dryOutcome();
    const changes = plan.changes(requestId);
    for (const { change } of changes) this.#tables.check?.(change.entry);
    for (const { change, last } of changes) yield* this.#put(change, last);
    return outcomeOf(changes.map(({ change }) => change));
  }

  *#setAlias(alias: string, target: string, options: WriteOptions): Steps<Alias> {
    const tables = this.#tables;
    checkAlias(alias, target, {
      isAlias: (yield* wait(tables.alias(alias))) !== undefined,
      isTarget: yield* wait(tables.isTarget(alias)),
      isKey: yield* wait(tables.isKey(alias, this.#nowMs)),
      isTargetAlias: (yield* wait(tables.alias(target))) !== undefined,
    });
    const revision = this.#revision + 1;
    const made: Alias = { alias, target, version: 1, revision, createdAtMs: this.#nowMs };
    yield* this.#putAlias(aliasChange('alias_set', made, revision, this.#nowMs, options), made);
    return made;
  }

  *#deleteAlias(alias: string, options: WriteOptions): Steps<undefined> {
    const gone = yield* wait(this.#tables.alias(alias));
    if (gone === undefined) throw aliasNotFound(alias);
    yield* this.#putAlias(aliasChange('alias_delete', gone, this.#revision + 1, this.#nowMs, options), gone);
  }

  *#transfer(namespace: string, records: readonly OwnRecord[]): Steps<undefined> {
    for (const { entry: there, requestId } of records) {
      const last = yield* wait(this.#tables.last(namespace, there.key));
      if (last !== undefined && !isLater(there, last)) continue;
      const entry = new Entry({ ...there, namespace, revision: this.#revision + 1 });
      this.#tables.check?.(entry);
      yield* this.#put(new Change(entry.deleted ? 'delete' : 'set', entry, entry.revision, requestId), last);
    }
  }

  *#transferAliases(aliases: readonly Alias[]): Steps<undefined> {
    for (const there of aliases) {
      const here = yield* wait(this.#tables.alias(there.alias));
      if (here?.target === there.target) continue;
      if (here !== undefined) throw aliasTaken(here);
      const revision = this.#revision + 1;
      const made: Alias = { ...there, revision };
      yield* this.#putAlias(aliasChange('alias_set', made, revision, there.createdAtMs, {}), made);
    }
  }

  /** A key's last state; an expired entry is deleted first. */
  *#last(namespace: string, key: string): Steps<Entry | undefined> {
    const last = yield* wait(this.#tables.last(namespace, key));
    return last === undefined || last.deleted || isLive(last, this.#nowMs) ? last : yield* this.#expire(last);
  }

  *#expire(last: Entry): Steps<Entry> {
    const entry = entryAfterDelete(last.namespace, last.key, last, {}, this.#revision + 1, this.#nowMs);
    yield* this.#put(new Change('delete', entry, entry.revision), last);
    return entry;
  }

  *#put(change: Change, last: Entry | undefined): Steps<void> {
    yield* wait(this.#tables.put(change, last));
    this.#added(change);
  }

  *#putAlias(change: Change, alias: Alias): Steps<void> {
    yield* wait(this.#tables.putAlias(change, alias));
    this.#added(change);
  }

  #added(change: Change): void {
    this.#revision = change.revision;
    this.changes.push(change);
  }
}

/** The entry, whose value can be had: one that does not open fails the operation that returns it, and no other. */
function opened(entry: Entry): Entry {
  entry.bytes;
  return entry;
}

// An operation that does nothing by itself.
function* nothing(): Steps<undefined> {}

function outcomeOf(changes: readonly Change[]): BatchOutcome {
  return {
    entries: changes.map(({ entry }) => entry),
    firstRevision: changes[0]?.revision ?? 0,
    lastRevision: changes.at(-1)?.revision ?? 0,
    dryRun: false,
  };
}

/** The error of a batch: that of its first refused operation, and which one it is. */
function refused(error: unknown, index: number, key: string): unknown {
  if (!isConfigError(error)) return error;
  const metadata = { ...error.metadata, index: String(index), key };
  return new ConfigError(error.code, `operation ${index}: ${error.message}`, { metadata });
}
