// The store
export type { Access, RemoteSnapshot, RemoteSnapshotOptions } from './answers.js';
export type { ConnectionOptions, KeepaliveOptions } from './channel/open-channel.js';
export type { TlsOptions } from './channel/tls.js';
export type { RemoteStoreOptions, RemoteWatchOptions, RetryOptions, Token } from './options.js';
export type { ConfigClient } from './pipeline.js';
export { RemoteStore } from './remote-store.js';
export type { ConnectionState } from './state.js';
// What an app needs of core, so that it installs one package: the manager
export {
  type ChangesQuery,
  type FoundPage,
  type GetOptions,
  type KeyChange,
  LoadedPrefix,
  Manager,
  type ManagerOptions,
  type ManagerWatchOptions,
  type Namespace,
  type PutOptions,
  type RemoveOptions,
  type VersionsPage,
} from '@cfg/core';
// … values and codecs
export {
  type Codec,
  CodecRegistry,
  chain,
  defaultCodecs,
  jsonCodec,
  Secret,
  type Transformer,
  Value,
  type ValueType,
} from '@cfg/core';
// … and the store contract
export {
  type Alias,
  type CallOptions,
  Change,
  type ChangeStream,
  ConfigError,
  type EncodedValue,
  Entry,
  type ErrorCode,
  type Capability,
  isConfigError,
  type Logger,
  type Progress,
  type Query,
  type SetOptions,
  type Store,
  type WatchEvent,
  type WatchFilter,
  type WatchOptions,
  type WriteMode,
} from '@cfg/core';
