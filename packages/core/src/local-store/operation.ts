import {
  type BatchOperation,
  type BatchOptions,
  type BatchOutcome,
  maxBatchOperations,
  type RestoreOptions,
  type RestoreTarget,
} from '../contract/batch.js';
import type { Alias, EncodedValue, Entry, EntryInit } from '../contract/entry.js';
import { ConfigError } from '../contract/errors.js';
import { checkKey } from '../contract/names.js';
import type { CallOptions, DeleteOptions, SetOptions, WriteOptions } from '../contract/store.js';
import type { TransferRecord } from '../contract/transfer.js';
import { checkWrite } from '../rules/write-rules.js';

/** A value whose bytes belong to the operation: nobody else changes them. */
export type OwnValue = Pick<EntryInit, 'codec' | 'type' | 'secret'> & { readonly bytes: Uint8Array | string };

/** An operation of a batch, with a value of its own. */
export type OwnBatchOperation =
  | (Omit<Extract<BatchOperation, { type: 'set' }>, 'value'> & { readonly value: OwnValue })
  | Extract<BatchOperation, { type: 'delete' }>;

/** A change of another store's. */
export interface OwnRecord {
  readonly entry: EntryInit & Pick<OwnValue, 'bytes'>;
  readonly requestId: string;
}

/** The operations with values of their own. Throws `invalid_argument` for too many, or none, and as `checkWrite` does. */
export function ownOperations(
  operations: readonly BatchOperation[],
  own: (key: string, value: EncodedValue) => OwnValue,
): readonly OwnBatchOperation[] {
  if (operations.length < 1 || operations.length > maxBatchOperations) {
    throw new ConfigError('invalid_argument', `a batch has 1 to ${maxBatchOperations} operations`);
  }
  return operations.map((operation): OwnBatchOperation => {
    checkKey(operation.key);
    checkWrite(operation);
    return operation.type === 'set' ? { ...operation, value: own(operation.key, operation.value) } : operation;
  });
}

/** The records with values of their own. Throws `invalid_key`. */
export function ownRecords(
  records: readonly TransferRecord[],
  own: (key: string, value: EncodedValue) => OwnValue,
): readonly OwnRecord[] {
  return records.map(({ entry, requestId }) => {
    checkKey(entry.key);
    return { entry: { ...entry, ...own(entry.key, entry) }, requestId };
  });
}

/** A write that a caller asks for, as plain data that can be sent to another thread. Names and keys are checked already. */
export type Operation =
  | {
      readonly type: 'set';
      readonly namespace: string;
      readonly key: string;
      readonly value: OwnValue;
      readonly options: Omit<SetOptions, keyof CallOptions>;
    }
  | {
      readonly type: 'delete';
      readonly namespace: string;
      readonly key: string;
      readonly options: Omit<DeleteOptions, keyof CallOptions>;
    }
  | {
      readonly type: 'batch';
      readonly namespace: string;
      readonly operations: readonly OwnBatchOperation[];
      readonly options: Omit<BatchOptions, keyof CallOptions>;
    }
  | {
      readonly type: 'restore';
      readonly namespace: string;
      readonly target: RestoreTarget;
      readonly options: Omit<RestoreOptions, keyof CallOptions>;
    }
  | {
      readonly type: 'set_alias';
      readonly alias: string;
      readonly target: string;
      readonly options: Omit<WriteOptions, keyof CallOptions>;
    }
  | { readonly type: 'delete_alias'; readonly alias: string; readonly options: Omit<WriteOptions, keyof CallOptions> }
  | { readonly type: 'transfer'; readonly namespace: string; readonly records: readonly OwnRecord[] }
  | { readonly type: 'transfer_aliases'; readonly aliases: readonly Alias[] }
  /** Commits deletions that are due by expiry. */
  | { readonly type: 'expire' };

/** The result of each operation. */
export interface Answers {
  set: Entry;
  /** The tombstone. */
  delete: Entry;
  batch: BatchOutcome;
  restore: BatchOutcome;
  set_alias: Alias;
  delete_alias: undefined;
  transfer: undefined;
  transfer_aliases: undefined;
  expire: undefined;
}

export type Answer = Answers[keyof Answers];

/** How one operation went: done, or refused by the rules. */
export type Outcome =
  | { readonly done: true; readonly answer: Answer }
  | { readonly done: false; readonly error: ConfigError };

/** Roughly how many bytes of values an operation brings. */
export function weightOf(operation: Operation): number {
  if (operation.type === 'set') return operation.value.bytes.length;
  if (operation.type === 'transfer') return operation.records.reduce((sum, { entry }) => sum + entry.bytes.length, 0);
  if (operation.type !== 'batch') return 0;
  return operation.operations.reduce((sum, each) => sum + (each.type === 'set' ? each.value.bytes.length : 0), 0);
}

/** How many writes an operation is. */
export function countOf(operation: Operation): number {
  if (operation.type === 'transfer') return operation.records.length;
  if (operation.type === 'transfer_aliases') return operation.aliases.length;
  return operation.type === 'batch' ? operation.operations.length : 1;
}
