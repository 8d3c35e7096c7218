// The five lines
export { AppConfig, type AppConfigOptions, type AppNamespaceStatus, connect } from './connect.js';
// … and what it is made of
export { FileCache, type FileCacheOptions } from './cache-file/file-cache.js';
export { type EncryptionKeys, encrypted, encryptedCodec } from './encryption/encrypted.js';
// The store
export type { Access, RemoteSnapshot, RemoteSnapshotOptions } from './answers.js';
export type { ConnectionOptions, KeepaliveOptions } from './channel/open-channel.js';
export type { TlsOptions } from './channel/tls.js';
export type { Clients, ConfigClient, OperationsClient } from './clients.js';
export type { ConnectionState } from './connection-state.js';
export { maskSecrets } from './middleware/mask-secrets.js';
export type {
  CircuitBreakerOptions,
  RemoteStoreOptions,
  RemoteWatchOptions,
  RetryOptions,
  Token,
  TokenRequest,
} from './options.js';
export { RemoteStore } from './remote-store.js';
// The part of core that an app needs, so that it installs one package: the manager
export {
  type BatchResult,
  type BatchWrite,
  type BatchWriteOptions,
  type Cache,
  type CachedState,
  type ChangesQuery,
  type ConnectOptions,
  type DeleteValueOptions,
  type FoundPage,
  type GetOptions,
  type KeyChange,
  type KeyChanges,
  LoadedPrefix,
  LruCache,
  type LruCacheOptions,
  Manager,
  type ManagerOptions,
  type ManagerWatchOptions,
  type Namespace,
  type NamespaceStatus,
  type Explanation,
  type Layers,
  type Served,
  type ReconnectOptions,
  type SetValueOptions,
  type ValueVersions,
} from '@cfg/core';
export { PullStream } from '@cfg/core/store';
// … live references
export type {
  Binder,
  BindOptions,
  BindResult,
  Invalid,
  Issue,
  Live,
  LiveChange,
  LiveOptions,
  LiveStatus,
  OutputOf,
  Path,
  PendingLive,
  Picked,
  Separator,
  Source,
  StandardSchema,
} from '@cfg/core';
// … values and codecs
export {
  type Codec,
  CodecRegistry,
  chain,
  defaultCodecs,
  jsonCodec,
  Secret,
  secretCodec,
  TomlDate,
  type Transformer,
  tomlCodec,
  UnreadableValue,
  Value,
  type ValueType,
  yamlCodec,
} from '@cfg/core';
// … the store contract, errors, and a store in memory
export {
  type Alias,
  type BatchOperation,
  type BatchOptions,
  type BatchOutcome,
  type CallOptions,
  type Capability,
  Change,
  type ChangeStream,
  ConfigError,
  can,
  type DeleteOptions,
  type EncodedValue,
  Entry,
  type ErrorCode,
  type Health,
  isConfigError,
  isTransient,
  type Logger,
  MemoryStore,
  type MemoryStoreOptions,
  type NamespacePage,
  type NamespaceQuery,
  type Page,
  type Progress,
  type Query,
  type RestoreTarget,
  type RevisionState,
  type SetOptions,
  type Snapshot,
  type Store,
  type StoreGetOptions,
  type VersionPage,
  type VersionQuery,
  type WatchEvent,
  type WatchFilter,
  type WatchOptions,
  type WriteMode,
} from '@cfg/core';
