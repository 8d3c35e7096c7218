import type { BatchOperation, BatchOptions } from '../contract/batch.js';
import type { Capability } from '../contract/capability.js';
import { ConfigError } from '../contract/errors.js';
import type { DeleteOptions, SetOptions, Store } from '../contract/store.js';
import { Value } from '../value/value.js';
import type { BatchWrite, BatchWriteOptions, SetValueOptions } from './call-options.js';
import type { ManagerSettings } from './options.js';

/** The request to the store. Options that the store would silently ignore are refused with `unsupported`. */
export function writeRequest(store: Store, options: SetValueOptions): SetOptions & DeleteOptions {
  const { ifNotExists, ifExists, ifVersion, ttlMs, requestId, comment, signal } = options;
  if (ifNotExists && ifExists) {
    throw new ConfigError('invalid_argument', 'ifNotExists and ifExists exclude each other');
  }
  const needs = (capability: Capability, option: string, value: unknown): void => {
    if (value === undefined || store.features.has(capability)) return;
    throw new ConfigError('unsupported', `the store lacks the capability ${capability}, which ${option} needs`);
  };
  needs('cas', 'ifVersion', ifVersion);
  needs('ttl', 'ttlMs', ttlMs);
  needs('requests', 'requestId', requestId);
  needs('authors', 'comment', comment);
  const mode = ifNotExists ? 'create' : ifExists ? 'update' : 'upsert';
  return { mode, ifVersion, ttlMs, requestId, comment, signal };
}

/** The request to the store for a batch or a restore. */
export function batchRequest(store: Store, { dryRun, ...options }: BatchWriteOptions): BatchOptions {
  const { requestId, comment, signal } = writeRequest(store, options);
  return { requestId, comment, signal, dryRun };
}

/** Whether the write can make a key that is not there. */
export const makesKey = ({ ifExists, ifVersion = 0, type }: SetValueOptions & { readonly type?: string }): boolean =>
  type !== 'delete' && !ifExists && ifVersion === 0;

/** One write of a batch, as the store takes it. */
export function batchOperation(settings: ManagerSettings, write: BatchWrite): BatchOperation {
  const { key } = write;
  const { mode, ifVersion, ttlMs, comment } = writeRequest(settings.store, write);
  if (write.type === 'delete') return { type: 'delete', key, ifVersion, comment };
  return { type: 'set', key, value: encoded(settings, write.data, write.codec), mode, ifVersion, ttlMs, comment };
}

export function encoded({ codecs, defaultCodec }: ManagerSettings, data: unknown, codec: string = defaultCodec): Value {
  return data instanceof Value ? data : Value.of(data, { codec, codecs });
}
