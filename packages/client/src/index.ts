// The store
export type { Access, RemoteSnapshot, RemoteSnapshotOptions } from './answers.js';
export type { ConnectionState } from './state.js';
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
