import type { Health } from '../contract/capabilities.js';
import type { Change, ChangeType } from '../contract/change.js';
import type { Alias, Entry } from '../contract/entry.js';
import type { WatchFilter } from '../contract/filter.js';
import type { CompactionState, LogState } from '../contract/measured.js';
import type { SearchMatch } from '../contract/search.js';
import type { ChangeStream, WatchOptions } from '../contract/store.js';
import type { SearchTerm } from '../rules/search-term.js';
import type { SecretPolicy } from '../sealing/secret-policy.js';
import type { Maybe, Steps } from '../util/steps.js';
import type { Answers, Operation } from './operation.js';

/** How far a log reaches, both ways. */
export interface Head {
  readonly revision: number;
  /** A resume from this revision or a later one succeeds. */
  readonly oldestRevision: number;
  readonly logId: string;
}

/** A stretch of a namespace's keys, in key order. */
export interface Range {
  readonly namespace: string;
  readonly prefix: string;
  /** Only keys after this one. */
  readonly after: string | undefined;
  /** Maximum number of entries; may be infinite. */
  readonly limit: number;
  /** Stop after the entry with which the values have more bytes than this, but not before the second; may be infinite. */
  readonly maxBytes: number;
  readonly includeDeleted: boolean;
}

/** A stretch of a key's kept versions, newest first. */
export interface HistoryRange {
  readonly namespace: string;
  readonly key: string;
  /** This version only; 0: all. */
  readonly version: number;
  /** Only changes before this revision; may be infinite. */
  readonly before: number;
  readonly limit: number;
  /** As for {@link Range}. */
  readonly maxBytes: number;
  readonly includeDeleted: boolean;
}

/** A filter of the trail, read newest first. An absent part lets everything through. */
export interface TrailRange {
  /** Only changes before this revision; may be infinite. */
  readonly before: number;
  readonly type: ChangeType | undefined;
  readonly namespace: string | undefined;
  readonly key: string | undefined;
  readonly author: string | undefined;
  /** Only changes made at this time or later, and before the other; may be infinite. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
  /** As for {@link Range}. */
  readonly maxBytes: number;
}

export interface TrailStretch {
  readonly changes: readonly Change[];
  /** The revision before which to go on; 0: nothing follows. */
  readonly next: number;
}

/** A stretch of the entries that there are, those first that were changed last. */
export interface SearchRange {
  readonly term: SearchTerm;
  /** Only entries whose last change is before this revision; may be infinite. */
  readonly before: number;
  /** Maximum number of matches; may be infinite. */
  readonly limit: number;
  /** As for {@link Range}. */
  readonly maxBytes: number;
}

export interface SearchStretch {
  readonly matches: readonly SearchMatch[];
  /** The revision before which to go on; 0: nothing follows. */
  readonly next: number;
}

/** Reads of keys and their history, available on either side of an engine. */
export interface KeyReader {
  range(range: Range): Maybe<readonly Entry[]>;
  /** Empty for a key that never existed. */
  history(range: HistoryRange): Maybe<readonly Entry[]>;
  /**
   * Of each key the newest kept change up to `revision` or, where there is none, the oldest kept change; `undefined` for
   * a key that never existed. Which changes are kept: all in the log's window, and the newest versions of each key.
   */
  nearest(namespace: string, keys: readonly string[], revision: number): Maybe<readonly (Entry | undefined)[]>;
}

/** The reads of an engine. They still return entries that have expired, but whose deletion is not committed. */
export interface EngineReader extends KeyReader {
  head(): Maybe<Head>;
  /** The last states of those keys that ever existed, tombstones included, in key order. */
  states(namespace: string, keys: readonly string[]): Maybe<readonly Entry[]>;
  /** The revision of the namespace's last change; 0 if there was none. */
  namespaceRevision(namespace: string): Maybe<number>;
  /** Namespaces that have entries and begin with `prefix`, after `after`, ascending; never the empty one. */
  namespaces(prefix: string, after: string, limit: number): Maybe<readonly string[]>;
  /** All namespaces that have, or had, keys, ascending. */
  everyNamespace(): Maybe<readonly string[]>;
  /** How many entries each namespace has. */
  counts(): Maybe<Map<string, number>>;
  /**
   * The changes of the log's window, newest first, and after them those that the engine remembers for longer: where the
   * value is gone, the entry is masked. Ends the stretch after a bounded amount of work, whether it has found any or not.
   */
  trail(range: TrailRange): Maybe<TrailStretch>;
  /** Entries that have the term. Ends the stretch after a bounded amount of work, whether it has found any or not. */
  search(range: SearchRange): Maybe<SearchStretch>;
  alias(name: string): Maybe<Alias | undefined>;
  /** Sorted by name. */
  aliases(): Maybe<readonly Alias[]>;
}

/**
 * The reads and writes of a transaction. An engine that cannot answer at once loads the keys that a batch of operations names
 * beforehand, and collects the writes until the commit.
 */
export interface WriteTables extends KeyReader {
  /** The key's last state, live, expired or deleted. */
  last(namespace: string, key: string): Maybe<Entry | undefined>;
  /** The changes in the namespace that were written with the request id and are still in the log, in order. */
  byRequest(namespace: string, requestId: string): Maybe<readonly Change[]>;
  /** Up to `limit` entries that have expired at `nowMs`, those first that did first. */
  due(nowMs: number, limit: number): Maybe<readonly Entry[]>;
  alias(name: string): Maybe<Alias | undefined>;
  /** Whether an alias stands for that name. */
  isTarget(name: string): Maybe<boolean>;
  /** Whether any namespace has a key of that name. */
  isKey(name: string, nowMs: number): Maybe<boolean>;
  /**
   * Throws where the entry's value cannot be kept, as while the key is away that would seal it. Asked of all that an
   * operation puts before any of it is put. Absent: every value can.
   */
  check?(entry: Entry): void;
  /** Adds the change to the log, and makes its entry the key's state; `last` was it before. */
  put(change: Change, last: Entry | undefined): Maybe<void>;
  /** Adds the change of an alias to the log, and sets or removes the alias. */
  putAlias(change: Change, alias: Alias): Maybe<void>;
}

/**
 * The place that holds the data of a {@link LocalStore}: it offers reads as of one moment, and operations that are decided
 * and written in one transaction. Everything else of the contract is in the store.
 */
export interface Engine {
  /** Names the store in errors: `the SQLite store`. */
  readonly name: string;
  /** The clock, in whole milliseconds since the epoch. */
  now(): number;
  /** `onExpiry` is to be called when the earliest expiry may have changed. */
  open(onExpiry: () => void, signal?: AbortSignal): Maybe<void>;
  /** Ends the watches, and releases everything. Waits for operations that were taken on. */
  close(): Maybe<void>;
  /** The value's bytes in the form in which this engine keeps them, as a copy of its own. */
  keep(bytes: Uint8Array): Uint8Array | string;
  /** Which values are secret. Absent: none. */
  readonly secrets?: SecretPolicy | undefined;
  /** The key's last state, live, expired or deleted. The one read that is worth a way of its own. */
  get(namespace: string, key: string): Maybe<Entry | undefined>;
  /** When the next entry expires. */
  nextExpiry(): Maybe<number | undefined>;
  /** Everything that `work` reads is of one moment. */
  read<T>(work: (reader: EngineReader) => Steps<T>): Maybe<T>;
  /** Decides and writes the operation. What the rules refuse, and what cannot be written, is thrown. */
  submit<O extends Operation>(operation: O, signal?: AbortSignal): Maybe<Answers[O['type']]>;
  watch(filter: WatchFilter | undefined, options: WatchOptions | undefined): ChangeStream;
  health(): Maybe<Health>;
  /** The part of the engine's log that is in memory; `undefined` while it is not open. */
  logState?(): LogState | undefined;
  /** How much the engine has dropped since it was opened; absent for one that drops nothing in steps of its own. */
  compaction?(): CompactionState | undefined;
}
