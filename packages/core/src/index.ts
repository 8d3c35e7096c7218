// For apps: the manager, and live settings
export type { Binder, BindOptions, BindResult } from './live/binder.js';
export type { Path } from './live/difference.js';
export type { Invalid, LiveChange, Source } from './live/live-state.js';
export type { Live, LiveStatus, PendingLive, Picked } from './live/live.js';
export type { LiveOptions } from './live/open-live.js';
export type { Issue, OutputOf, StandardSchema } from './live/schema.js';
export type { Separator } from './live/shape.js';
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
export type { KeyChange } from './manager/key-change.js';
export type { Explanation, Layers } from './manager/layers.js';
export { LoadedPrefix } from './manager/loaded-prefix.js';
export { type ConnectOptions, Manager } from './manager/manager.js';
export type { Namespace } from './manager/namespace.js';
export type { ManagerOptions, ManagerWatchOptions } from './manager/options.js';
export type { Served } from './manager/readable-namespace.js';
export type { NamespaceStatus } from './manager/status.js';
export type { ReconnectOptions } from './watching/options.js';
// For apps: values and codecs
export { chain, clientPrefix, type Transformer } from './codecs/chain.js';
export { checkCodecName, type Codec, maxCodecNameLength, UnreadableValue } from './codecs/codec.js';
export { jsonCodec } from './codecs/json.js';
export { CodecRegistry, defaultCodecs } from './codecs/registry.js';
export { Secret, secretCodec } from './codecs/secret.js';
export { TomlDate, type TomlDateKind } from './codecs/toml-date.js';
export { tomlCodec } from './codecs/toml.js';
export { yamlCodec } from './codecs/yaml.js';
export { typeOfData, type ValueType, valueTypeNumber, valueTypeOf, valueTypes } from './value/value-type.js';
export { type EntryValueOptions, Value, type ValueOptions } from './value/value.js';
// For everyone: errors, the logger, a store in memory
export type { Arrivals } from './contract/arrivals.js';
export {
  ConfigError,
  type ConfigErrorOptions,
  type ErrorCode,
  errorCodes,
  isConfigError,
  isTransient,
  transience,
} from './contract/errors.js';
export { MemoryStore } from './memory-store/memory-store.js';
export type { RetentionOptions } from './local-store/retention.js';
export type { MemoryStoreOptions } from './memory-store/options.js';
export { type Logger, safeLogger, silentLogger } from './util/logger.js';
// The store contract, and what a store can do
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
  can,
  type CapabilityOf,
  type CodecValidating,
  forward,
  type FullStore,
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
export { announced, capabilities, type Capability } from './contract/capability.js';
export { Change, type ChangeType, type Progress, type WatchEvent } from './contract/change.js';
export { type Alias, type EncodedValue, Entry, type EntryInit, type SealedBytes } from './contract/entry.js';
export type { WatchFilter } from './contract/filter.js';
export {
  type CommittedWrite,
  type CompactionState,
  isMeasured,
  type LogState,
  type MeasuredStore,
} from './contract/measured.js';
export { checkKey, checkNamespace, maxNameLength, printable } from './contract/names.js';
export type { OwnershipStore } from './contract/ownership.js';
export type { Searching, SearchIn, SearchMatch, SearchPage, SearchQuery } from './contract/search.js';
export type {
  Caller,
  CallerCertificate,
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
export { SecretPolicy } from './sealing/secret-policy.js';
export type { TransferOptions, TransferRecord, Transferring } from './contract/transfer.js';
