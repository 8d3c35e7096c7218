// The store

// What an app needs of core, so that it installs one package: the manager
// … values and codecs
// … and the store contract
export {
  type Alias,
  type CallOptions,
  type Capability,
  Change,
  type ChangeStream,
  type ChangesQuery,
  type Codec,
  CodecRegistry,
  ConfigError,
  chain,
  defaultCodecs,
  type EncodedValue,
  Entry,
  type ErrorCode,
  type FoundPage,
  type GetOptions,
  isConfigError,
  jsonCodec,
  type KeyChange,
  LoadedPrefix,
  type Logger,
  Manager,
  type ManagerOptions,
  type ManagerWatchOptions,
  type Namespace,
  type Progress,
  type PutOptions,
  type Query,
  type RemoveOptions,
  Secret,
  type SetOptions,
  type Store,
  TomlDate,
  type Transformer,
  UnreadableValue,
  Value,
  type ValueType,
  type VersionsPage,
  type WatchEvent,
  type WatchFilter,
  type WatchOptions,
  type WriteMode,
} from '@cfg/core';
export type { Access, RemoteSnapshot, RemoteSnapshotOptions } from './answers.js';
export type {
  KeepaliveOptions,
  RemoteStoreOptions,
  RemoteWatchOptions,
  RetryOptions,
  TlsOptions,
  Token,
} from './options.js';
export type { ConfigClient } from './pipeline.js';
export { RemoteStore } from './remote-store.js';
export type { ConnectionState } from './state.js';
