import { type EncodedValue, typeOfData } from '@cfg/core';
import { Client } from 'pg';
import { expect, inject, onTestFinished, vi } from 'vitest';
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

/** Runs a statement beside the stores. Returns its rows. */
export async function rowsOf<Row extends object>(text: string, url: string = sharedUrl()): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Waits until the index for searches has everything. */
export async function caughtUp(tablePrefix: string, url?: string): Promise<void> {
  const behind = `SELECT revision FROM ${tablePrefix}log, ${tablePrefix}search_log WHERE indexed_to < revision`;
  await vi.waitFor(async () => expect(await rowsOf(behind, url)).toEqual([]), { timeout: 60_000, interval: 20 });
}

/** Holds up every write, as a server that is gone in the middle of one does. Returns what ends that. */
export async function locked(tablePrefix: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: sharedUrl() });
  client.on('error', () => {});
  await client.connect();
  await client.query(`BEGIN; SELECT * FROM ${tablePrefix}log FOR UPDATE`);
  return async () => {
    await client.query('ROLLBACK');
    await client.end();
  };
}
