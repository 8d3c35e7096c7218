import { setImmediate } from 'node:timers/promises';
import {
  type BatchOperation,
  type BatchOutcome,
  ConfigError,
  can,
  checkKey,
  type Entry,
  isConfigError,
  maxBatchOperations,
} from '@cfg/core';
import type { BatchRequest, BatchResponse, BatchOperation as WireOperation } from '@cfg/proto';
import type { Written } from '../call.js';
import { requireNamespace } from '../checks.js';
import { entryMessage } from '../entry.js';
import type { Environment } from '../environment.js';
import { invalidArgument, unsupported } from '../status.js';
import { asked, type Handler } from './handler.js';
import { conditionOf, noteOptions, setting, writeOptions } from './write-request.js';

/** After values of so many bytes others get a turn: each is decoded, which takes its time. */
const maxUnbrokenBytes = 65_536;

/** All or nothing: the guard is asked of every operation, and every operation is checked, before the store is touched. */
export const batchHandler = (environment: Environment): Handler<BatchRequest, BatchResponse> => ({
  asks(request) {
    requireNamespace(request);
    const { namespace, operations } = request;
    if (operations.length === 0) throw invalidArgument('operations are required');
    if (operations.length > maxBatchOperations) {
      throw invalidArgument(`too many operations (max ${maxBatchOperations}, got ${operations.length})`);
    }
    return operations.map((operation, index) => {
      const { key } = targetOf(operation, index, namespace);
      return asked(operation.set === undefined ? 'delete' : 'write', namespace, key);
    });
  },
  async answer(request, call) {
    const { store, reveals } = environment;
    if (!can(store, 'batch')) throw unsupported('the store does not support batches');
    const { namespace, dryRun } = request;
    const operations: BatchOperation[] = [];
    let unbrokenBytes = 0;
    for (const [index, operation] of request.operations.entries()) {
      operations.push(operationOf(environment, operation, index));
      unbrokenBytes += operation.set?.value.length ?? 0;
      if (unbrokenBytes < maxUnbrokenBytes) continue;
      unbrokenBytes = 0;
      await setImmediate();
    }
    const options = { dryRun, ...noteOptions(store, request), ...writeOptions(store, call) };
    const outcome = await store.batch(namespace, operations, options);
    call.written = writtenBy(outcome, request.requestId);
    return batchMessage(outcome, await reveals.all(call, outcome.entries, { namespace }));
  },
});

/** The changes of a batch or a restore; none of a dry run. */
export function writtenBy({ entries, dryRun }: BatchOutcome, requestId: string): readonly Written[] {
  if (dryRun) return [];
  return entries.map((entry) => {
    const { namespace, key, deleted } = entry;
    return { operation: deleted ? 'delete' : 'set', namespace, key, entry, requestId };
  });
}

/** `shown` is what of its entries the caller may see. */
export function batchMessage({ entries: _, ...rest }: BatchOutcome, shown: readonly Entry[]): BatchResponse {
  return { results: shown.map((entry) => ({ entry: entryMessage(entry) })), ...rest };
}

/** The operation's own request. Throws unless it is one of the batch's namespace, and of one key. */
function targetOf(
  { set, delete: deletion }: WireOperation,
  index: number,
  namespace: string,
): { readonly key: string } {
  const target = set ?? deletion;
  const refuse = (why: string): ConfigError => at(index, target?.key ?? '', invalidArgument(why));
  if (target === undefined) throw refuse('neither set nor delete is given');
  if (target.namespace !== '' && target.namespace !== namespace) throw refuse('the namespace is not that of the batch');
  if (target.key === '') throw refuse('key is required');
  if (target.requestId !== '') throw refuse('request_id is the batch’s, not an operation’s');
  return target;
}

function operationOf(
  environment: Environment,
  { set, delete: deletion }: WireOperation,
  index: number,
): BatchOperation {
  const { store } = environment;
  const key = (set ?? deletion)?.key ?? '';
  try {
    checkKey(key);
    if (set !== undefined) {
      const { value, options } = setting(environment, set);
      return { type: 'set', key, value, ...options, comment: noteOptions(store, set).comment };
    }
    const { ifVersion, comment } = { comment: '', ...deletion };
    return {
      type: 'delete',
      key,
      ifVersion: conditionOf(store, { ifVersion }),
      comment: noteOptions(store, { comment, requestId: '' }).comment,
    };
  } catch (error) {
    throw isConfigError(error) ? at(index, key, error) : error;
  }
}

/** The error of one operation as the batch's: with the operation's index and key. */
function at(index: number, key: string, { code, message, metadata, cause }: ConfigError): ConfigError {
  const where = { index: String(index), key };
  return new ConfigError(code, `operation ${index}: ${message}`, { cause, metadata: { ...metadata, ...where } });
}
