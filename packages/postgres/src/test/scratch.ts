import { type EncodedValue, typeOfData } from '@cfg/core';
import { inject, onTestFinished } from 'vitest';
import { PostgresStore, type PostgresStoreOptions } from '../index.js';

/** The server that the test files share. */
export const sharedUrl = (): string => inject('postgresUrl');

let count = 0;

/** A prefix of tables that nobody has used yet. */
export const newPrefix = (): string => `t${process.pid}_${Date.now().toString(36)}_${count++}_`;

/** A connected store, which is closed after the test. */
export async function openStore(
  options: PostgresStoreOptions = { tablePrefix: newPrefix() },
  url: string = sharedUrl(),
): Promise<PostgresStore> {
  const store = new PostgresStore(url, options);
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
