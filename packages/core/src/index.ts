// Values and codecs
export { chain, clientPrefix, type Transformer } from './codecs/chain.js';
export { type Codec, checkCodecName, maxCodecNameLength } from './codecs/codec.js';
export { jsonCodec } from './codecs/json.js';
export { CodecRegistry, defaultCodecs } from './codecs/registry.js';
export { Secret, secretCodec } from './codecs/secret.js';
export { tomlCodec } from './codecs/toml.js';
export { yamlCodec } from './codecs/yaml.js';
export { type EntryValueOptions, Value, type ValueOptions } from './value.js';
export { type Cache, type CachedState, LruCache, type LruCacheOptions } from './cache.js';
// The manager
export type { KeyChange } from './manager/changes.js';
export { LoadedPrefix } from './manager/loaded-prefix.js';
export { Manager } from './manager/manager.js';
export type { Namespace } from './manager/namespace.js';
export type { ManagerOptions, ManagerWatchOptions } from './manager/options.js';
export type {
  ChangesQuery,
  FoundPage,
  GetOptions,
  PutOptions,
  RemoveOptions,
  VersionsPage,
} from './manager/requests.js';

// The store contract
export {
  type Aliasing,
  type Bulk,
  type CodecValidating,
  type Health,
  type HealthChecking,
  hasStats,
  isAliasing,
  isBulk,
  isCodecValidating,
  isHealthChecking,
  isNamespaceListing,
  isRevisioned,
  isVersioned,
  type NamespaceListing,
  type NamespacePage,
  type NamespaceQuery,
  type Revisioned,
  type RevisionState,
  type Snapshot,
  type SnapshotOptions,
  type Stats,
  type Versioned,
  type VersionPage,
  type VersionQuery,
  type WithStats,
} from './capabilities.js';
export {
  aliasChange,
  Change,
  type ChangeType,
  type Progress,
  type WatchEvent,
} from './change.js';
// For authors of stores
export { decodeCursor, encodeCursor } from './cursor.js';
export {
  type Alias,
  type EncodedValue,
  Entry,
  type EntryInit,
} from './entry.js';
// Errors and names
export {
  aliasNotFound,
  ConfigError,
  type ConfigErrorOptions,
  type ErrorCode,
  errorCodes,
  isConfigError,
  keyExists,
  keyNotFound,
  revisionCompacted,
  versionMismatch,
  versionNotFound,
} from './errors.js';
export { ChangeFilter, type WatchFilter } from './filter.js';
export { type Logger, safeLogger, silentLogger } from './logger.js';
export {
  checkKey,
  checkNamespace,
  checkPrefix,
  maxNameLength,
} from './names.js';
export type {
  CallOptions,
  ChangeStream,
  DeleteOptions,
  Feature,
  Page,
  Query,
  SetOptions,
  Store,
  WatchOptions,
  WriteMode,
} from './store.js';
export { ChangeLog, type ChangeLogOptions } from './change-log/change-log.js';
export { ExpiryTimer } from './expiry-timer.js';
export { Lifecycle } from './lifecycle.js';
export { checkAlias } from './alias-rules.js';
export { checkQuery, limitOf, pageOf } from './paging.js';
export { afterPrefix } from './sorted-map.js';
export { entryAfterDelete, entryAfterSet, isLive, repeatedWrite } from './transition.js';
// A store in memory
export { MemoryStore, type MemoryStoreOptions } from './memory-store/memory-store.js';
export {
  typeOfData,
  type ValueType,
  valueTypeNumber,
  valueTypeOf,
  valueTypes,
} from './value-type.js';
