import { randomUUID } from 'node:crypto';
import {
  type BatchOperation,
  type BatchOptions,
  type BatchOutcome,
  ConfigError,
  type DeleteOptions,
  type EncodedValue,
  type Entry,
  type RestoreOptions,
  type RestoreTarget,
  type SetOptions,
} from '@cfg/core';
import type { Connection } from '../connection.js';
import { toEntry, toOutcome } from './entry.js';
import { batchRequest, deleteRequest, needsOf, restoreRequest, setRequest } from './request.js';

/*
 * The writes. Each carries the caller's request id, or one of our own where the server knows them: a repeat then does no
 * harm, so that a call whose answer was lost is made again.
 */

export async function setKey(
  connection: Connection,
  namespace: string,
  key: string,
  value: EncodedValue,
  options: SetOptions,
): Promise<Entry> {
  const { mode = 'upsert', ifVersion } = options;
  const requestId = await requestIdOf(connection, options);
  const request = setRequest(namespace, key, value, { ...options, requestId });
  const repeatable = requestId !== '' || (mode === 'upsert' && ifVersion === undefined);
  const kind = { ...options, needs: needsOf(options), repeatable };
  const answer = await connection.call((client, call) => client.set(request, call), kind);
  return toEntry(answer.entry);
}

export async function deleteKey(
  connection: Connection,
  namespace: string,
  key: string,
  options: DeleteOptions,
): Promise<void> {
  const requestId = await requestIdOf(connection, options);
  const request = deleteRequest(namespace, key, { ...options, requestId });
  const kind = { ...options, needs: needsOf(options), repeatable: requestId !== '' };
  await connection.call((client, call) => client.delete(request, call), kind);
}

export async function applyBatch(
  connection: Connection,
  namespace: string,
  operations: readonly BatchOperation[],
  options: BatchOptions,
): Promise<BatchOutcome> {
  const requestId = await requestIdOf(connection, options);
  const request = batchRequest(namespace, operations, { ...options, requestId });
  const needs = new Set(['batch' as const, ...needsOf(options), ...operations.flatMap(needsOf)]);
  const repeatable = requestId !== '' || options.dryRun === true;
  const kind = { ...options, needs: [...needs], repeatable };
  return toOutcome(await connection.operate((client, call) => client.batch(request, call), kind));
}

export async function restoreTo(
  connection: Connection,
  namespace: string,
  target: RestoreTarget,
  options: RestoreOptions,
): Promise<BatchOutcome> {
  if (options.expected !== undefined) {
    throw new ConfigError('unsupported', 'a server cannot be told what a restore is expected to change');
  }
  const requestId = await requestIdOf(connection, options);
  const request = restoreRequest(namespace, target, { ...options, requestId });
  const repeatable = requestId !== '' || options.dryRun === true;
  const kind = { ...options, needs: ['restore' as const, ...needsOf(options)], repeatable };
  return toOutcome(await connection.operate((client, call) => client.restore(request, call), kind));
}

async function requestIdOf(connection: Connection, { requestId = '', signal }: DeleteOptions): Promise<string> {
  signal?.throwIfAborted();
  connection.check();
  if (requestId !== '') return requestId;
  return (await connection.features.learn(signal)).has('requests') ? randomUUID() : '';
}
