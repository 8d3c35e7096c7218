/*
 * For authors of stores, and of doors and wrappers to them. Apps need none of this.
 */

// The store over an engine, and the rules of a write
export { applyAll, type Commit } from './local-store/commit.js';
export { CompactionMeter } from './local-store/compaction-meter.js';
export type {
  Engine,
  EngineReader,
  Head,
  HistoryRange,
  KeyReader,
  Range,
  SearchRange,
  SearchStretch,
  TrailRange,
  TrailStretch,
  WriteTables,
} from './local-store/engine.js';
export { Lifecycle } from './local-store/lifecycle.js';
export { LocalStore } from './local-store/local-store.js';
export { LogFollower, type LogFollowerOptions, type Wakes } from './local-store/log-follower.js';
export type { Answer, Answers, Operation, Outcome } from './local-store/operation.js';
export { decodeCursor, encodeCursor } from './local-store/page-cursor.js';
export { checkQuery, limitOf, pageOf } from './local-store/paging.js';
export { fromPlainCommit, type PlainCommit, toPlainCommit } from './local-store/plain-commit.js';
export { Matches } from './local-store/search.js';
export {
  completeRetention,
  completeTrailRetention,
  cutoff,
  type Retention,
  type RetentionOptions,
  type TrailRetention,
  type TrailRetentionOptions,
} from './local-store/retention.js';
export { Transaction } from './local-store/transaction.js';
export { WriteQueue, type WriteQueueOptions } from './local-store/write-queue.js';
export { searchedKey, searchedValue, SearchTerm } from './rules/search-term.js';
export { checkAlias } from './rules/alias-rules.js';
export { entryAfterDelete, entryAfterSet, isLive, repeatedWrite } from './rules/write-rules.js';
// Values that are kept sealed
export { openBytes, type Place, sealBytes, sealedOverhead } from './sealing/envelope.js';
export { type DataKeys, type KeptValue, Sealer } from './sealing/sealer.js';
export {
  type DataKeyRow,
  type DataKeyState,
  type KeyTable,
  type OpenSealing,
  type ResealStep,
  refuseSealed,
  type SealedCounts,
  type Sealing,
} from './sealing/sealing.js';
// The log, and following it
export { ChangeLog, type ChangeLogOptions } from './change-log/change-log.js';
export { failedWatch } from './change-log/failed-watch.js';
export type { ReadChanges } from './change-log/pages.js';
export { WriteEnds } from './change-log/write-ends.js';
export { aliasChange } from './contract/change.js';
export { checkShown } from './contract/entry.js';
export { ChangeFilter } from './contract/filter.js';
export { completeReconnect } from './watching/options.js';
export { KnownPosition, type Position } from './watching/position.js';
export { begun, type Begun, resumed, type ResumeOptions } from './watching/resume.js';
// Errors of a store
export {
  aliasNotFound,
  keyExists,
  keyNotFound,
  revisionCompacted,
  versionMismatch,
  versionNotFound,
} from './contract/errors.js';
// Checks, waiting, streams
export { Backoff, backoffMs, type BackoffOptions } from './util/backoff.js';
export { GeneratedStream, PullStream } from './util/pull-stream.js';
export { glob } from './util/glob.js';
export {
  type PostgresConnection,
  quotedTable,
  type Sql,
  type SqliteConnection,
  type SqlRow,
  type SqlValue,
  sqlOf,
} from './util/sql.js';
export { afterPrefix } from './util/sorted-map.js';
export { type Maybe, run, runNow, type Steps, wait } from './util/steps.js';
export { isDoneWithin, settledWithin, sleep, untilAborted, within } from './util/wait.js';
export { checkOptions, type OptionNames } from './util/check-options.js';
export { maxInt32, wholeNumber } from './util/whole-number.js';
