import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EncodedValue, maxBatchOperations, typeOfData } from '@cfg/core';
import { onTestFinished } from 'vitest';
import { SqliteStore, type SqliteStoreOptions } from '../index.js';

/** A path in a directory of its own, which is gone after the test. */
export function scratchPath(name = 'config.db'): string {
  const directory = mkdtempSync(join(tmpdir(), 'cfg-sqlite-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, name);
}

/** A connected store, which is closed after the test. */
export async function openStore(path: string, options?: SqliteStoreOptions): Promise<SqliteStore> {
  const store = new SqliteStore(path, options);
  onTestFinished(() => store.close());
  await store.connect();
  return store;
}

export const json = (data: unknown): EncodedValue => ({
  bytes: new TextEncoder().encode(JSON.stringify(data)),
  codec: 'json',
  type: typeOfData(data),
});

export const dataOf = (value: EncodedValue): unknown => JSON.parse(new TextDecoder().decode(value.bytes));

/** Sets `count` keys, by batches that are submitted together. */
export async function fill(store: SqliteStore, namespace: string, count: number, value: EncodedValue): Promise<void> {
  const operations = Array.from({ length: count }, (_, k) => ({ type: 'set' as const, key: `k${k}`, value }));
  const batches: Promise<unknown>[] = [];
  for (let at = 0; at < count; at += maxBatchOperations) {
    batches.push(store.batch(namespace, operations.slice(at, at + maxBatchOperations)));
  }
  await Promise.all(batches);
}
