// The store
export type { Access, RemoteSnapshot, RemoteSnapshotOptions } from './answers.js';
export type {
  KeepaliveOptions,
  RemoteStoreOptions,
  RetryOptions,
  TlsOptions,
  Token,
  WatchSettings,
} from './options.js';
export type { ConfigClient } from './pipeline.js';
export { RemoteStore } from './remote-store.js';
export type { ConnectionState } from './state.js';
// What an app needs of core, so that it installs one package
export {
  type Alias,
  type CallOptions,
  Change,
  type ChangeStream,
  type Codec,
  CodecRegistry,
  ConfigError,
  chain,
  defaultCodecs,
  type EncodedValue,
  Entry,
  type ErrorCode,
  type Feature,
  isConfigError,
  jsonCodec,
  type Logger,
  type Progress,
  type Query,
  Secret,
  type SetOptions,
  type Store,
  type Transformer,
  Value,
  type ValueType,
  type WatchEvent,
  type WatchFilter,
  type WatchOptions,
  type WriteMode,
} from '@cfg/core';
