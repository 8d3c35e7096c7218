// For apps: the manager

// For authors of stores and of doors to them: the store over engines, the rules of a write, the log, paging, checks
export { ChangeLog, type ChangeLogOptions } from './change-log/change-log.js';
export { failedWatch } from './change-log/failed-watch.js';
export type { ReadChanges } from './change-log/pages.js';
// For apps: values and codecs
export { chain, clientPrefix, type Transformer } from './codecs/chain.js';
export { type Codec, checkCodecName, maxCodecNameLength, UnreadableValue } from './codecs/codec.js';
export { jsonCodec } from './codecs/json.js';
export { CodecRegistry, defaultCodecs } from './codecs/registry.js';
export { Secret, secretCodec } from './codecs/secret.js';
export { tomlCodec } from './codecs/toml.js';
export { TomlDate, type TomlDateKind } from './codecs/toml-date.js';
export { yamlCodec } from './codecs/yaml.js';
export {
  type Auditing,
  type AuditOperation,
  type AuditPage,
  type AuditQuery,
  type Batching,
  type BatchOperation,
  type BatchOptions,
  type BatchOutcome,
  maxBatchOperations,
  type RestoredKey,
  type RestoreOptions,
  type RestoreTarget,
  type Restoring,
} from './contract/batch.js';
export {
  type Aliasing,
  type CapabilityOf,
  type CodecValidating,
  can,
  type FullStore,
  forward,
  type Health,
  type HealthChecking,
  type NamespaceListing,
  type NamespacePage,
  type NamespaceQuery,
  type Revisioned,
  type RevisionState,
  type Snapshot,
  type SnapshotOptions,
  type Snapshotting,
  type Stats,
  type Versioned,
  type VersionPage,
  type VersionQuery,
  type WithStats,
} from './contract/capabilities.js';
// … and its capabilities
export { announced, type Capability, capabilities } from './contract/capability.js';
// The store contract
export { aliasChange, Change, type ChangeType, type Progress, type WatchEvent } from './contract/change.js';
export { type Alias, type EncodedValue, Entry, type EntryInit } from './contract/entry.js';
// For everyone: errors, the logger, a store in memory
export {
  aliasNotFound,
  ConfigError,
  type ConfigErrorOptions,
  type ErrorCode,
  errorCodes,
  isConfigError,
  isTransient,
  keyExists,
  keyNotFound,
  revisionCompacted,
  transience,
  versionMismatch,
  versionNotFound,
} from './contract/errors.js';
export type { WatchFilter } from './contract/filter.js';
export { ChangeFilter } from './contract/filter.js';
export { checkKey, checkNamespace, maxNameLength, printable } from './contract/names.js';
// … and for clusters: taking over a namespace, who owns which
export type { Transferring, TransferRecord } from './contract/transfer.js';
export type { OwnershipStore } from './contract/ownership.js';
export type {
  CallOptions,
  ChangeStream,
  DeleteOptions,
  GetOptions as StoreGetOptions,
  Page,
  Query,
  SetOptions,
  Store,
  WatchOptions,
  WriteMode,
  WriteOptions,
} from './contract/store.js';
export { applyAll, type Commit, fromPlainCommit, type PlainCommit, toPlainCommit } from './local-store/commit.js';
export type {
  Engine,
  EngineReader,
  Head,
  HistoryRange,
  KeyReader,
  LogRange,
  Range,
  WriteTables,
} from './local-store/engine.js';
export { Lifecycle } from './local-store/lifecycle.js';
export { LocalStore } from './local-store/local-store.js';
export { LogFollower, type LogFollowerOptions } from './local-store/log-follower.js';
export type { Answer, Answers, Operation, Outcome } from './local-store/operation.js';
export { decodeCursor, encodeCursor } from './local-store/page-cursor.js';
export { checkQuery, limitOf, pageOf } from './local-store/paging.js';
export { Transaction } from './local-store/transaction.js';
export { WriteQueue, type WriteQueueOptions } from './local-store/write-queue.js';
export { type Cache, type CachedState, LruCache, type LruCacheOptions } from './manager/cache.js';
export type {
  BatchResult,
  BatchWrite,
  BatchWriteOptions,
  ChangesQuery,
  DeleteValueOptions,
  FoundPage,
  GetOptions,
  SetValueOptions,
  ValueVersions,
} from './manager/call-options.js';
export type { KeyChanges } from './manager/changes.js';
export type { Binder, BindOptions, BindResult } from './live/binder.js';
export type { Path } from './live/difference.js';
export type { Live, LiveStatus, PendingLive, Picked } from './live/live.js';
export type { Invalid, LiveChange, Source } from './live/live-state.js';
export type { LiveOptions } from './live/open-live.js';
export type { Issue, OutputOf, StandardSchema } from './live/schema.js';
export type { Separator } from './live/shape.js';
export type { Explanation, Layers } from './manager/layers.js';
export type { KeyChange } from './manager/key-change.js';
export { LoadedPrefix } from './manager/loaded-prefix.js';
export { type ConnectOptions, Manager } from './manager/manager.js';
export type { Namespace } from './manager/namespace.js';
export type { Served } from './manager/readable-namespace.js';
export type { ManagerOptions, ManagerWatchOptions } from './manager/options.js';
export type { NamespaceStatus } from './manager/status.js';
export { MemoryStore } from './memory-store/memory-store.js';
export type { MemoryStoreOptions } from './memory-store/options.js';
export { checkAlias } from './rules/alias-rules.js';
export { entryAfterDelete, entryAfterSet, isLive, repeatedWrite } from './rules/write-rules.js';
export { Backoff, type BackoffOptions, backoffMs } from './util/backoff.js';
export { type Logger, safeLogger, silentLogger } from './util/logger.js';
export { GeneratedStream, PullStream } from './util/pull-stream.js';
export { afterPrefix } from './util/sorted-map.js';
export { type Maybe, run, runNow, type Steps, wait } from './util/steps.js';
export { settledWithin, sleep, untilAborted, within } from './util/wait.js';
export { maxInt32, wholeNumber } from './util/whole-number.js';
export { type EntryValueOptions, Value, type ValueOptions } from './value/value.js';
export { typeOfData, type ValueType, valueTypeNumber, valueTypeOf, valueTypes } from './value/value-type.js';
export type { ReconnectOptions } from './watching/options.js';
export { completeReconnect } from './watching/options.js';
export { KnownPosition, type Position } from './watching/position.js';
export { type Begun, begun, type ResumeOptions, resumed } from './watching/resume.js';
