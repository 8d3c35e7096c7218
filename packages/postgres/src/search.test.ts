import { randomUUID } from 'node:crypto';
import type { EncodedValue, SearchMatch, SearchQuery } from '@cfg/core';
import { expect, it, vi } from 'vitest';
import type { PostgresStore, PostgresStoreOptions } from './index.js';
import { caughtUp, newPrefix, openStore, rowsOf, sharedUrl } from './test/scratch.js';

const json = (data: unknown): EncodedValue => ({
  bytes: Buffer.from(JSON.stringify(data)),
  codec: 'json',
  type: 'string',
});

async function found(store: PostgresStore, query: SearchQuery): Promise<string[]> {
  const matches: SearchMatch[] = [];
  let cursor = '';
  do {
    const page = await store.search({ ...query, cursor });
    matches.push(...page.matches);
    cursor = page.nextCursor;
  } while (cursor !== '');
  return matches.map(({ entry }) => entry.key);
}

it('finds the same with the index, before it is there, and without', async () => {
  const tablePrefix = newPrefix();
  const answers: string[][] = [];
  const ask = async (store: PostgresStore): Promise<void> => {
    for (const text of ['timeout', 'ti', 'value 15', '15', 'größe']) answers.push(await found(store, { text }));
  };
  const open = (options?: PostgresStoreOptions): Promise<PostgresStore> => openStore({ tablePrefix, ...options });
  const first = await open();
  const operations = Array.from({ length: 700 }, (_, index) => ({
    type: 'set' as const,
    key: `app/${index % 7 === 0 ? 'Timeout' : 'retry'}-${index}`,
    value: json(index === 400 ? 'GRÖSSE, Größe' : `value ${index}`),
  }));
  await first.batch('ns', operations);
  await first.delete('ns', 'app/Timeout-7');
  await ask(first);
  await caughtUp(tablePrefix);
  await ask(first);
  await first.close();
  const without = await open({ searchIndex: false });
  expect(await rowsOf(`SELECT indexed_to FROM ${tablePrefix}search_log`)).toEqual([{ indexed_to: null }]);
  expect(await rowsOf(`SELECT 1 FROM ${tablePrefix}search`)).toEqual([]);
  await ask(without);
  await without.set('ns', 'app/retry-1', json('value 15'));
  await without.close();
  await (await open()).close();
  expect(await rowsOf(`SELECT indexed_to FROM ${tablePrefix}search_log`)).toEqual([{ indexed_to: null }]);
  const again = await open({ searchIndex: true });
  // The entries that are in the database already come into the index afterwards.
  await caughtUp(tablePrefix);
  expect(await rowsOf(`SELECT 1 FROM ${tablePrefix}search`)).toHaveLength(699);
  expect(await found(again, { text: 'value 15' })).toEqual(['app/retry-1', ...(answers[2] ?? [])]);
  expect(answers[0]).toHaveLength(99);
  expect(answers[4]).toEqual(['app/retry-400']);
  for (let at = 5; at < answers.length; at += 1) expect(answers[at]).toEqual(answers[at % 5]);
});

it('reads with the index of trigrams, whatever the characters mean to a pattern', async () => {
  const tablePrefix = newPrefix();
  const store = await openStore({ tablePrefix });
  for (const [at, value] of ['50%_off', '50__off', 'a\\b', 'a\\\\b', "it's", '日本語'].entries())
    await store.set('ns', `k${at}`, json(value));
  await caughtUp(tablePrefix);
  expect(await found(store, { text: '50%_off' })).toEqual(['k0']);
  expect(await found(store, { text: '50_' })).toEqual(['k1']);
  expect(await found(store, { text: '\\\\b' })).toEqual(['k3', 'k2']);
  expect(await found(store, { text: "t's" })).toEqual(['k4']);
  expect(await found(store, { text: '本語' })).toEqual(['k5']);
  // With so few rows the planner would rather read them all.
  const url = new URL(sharedUrl());
  url.searchParams.set('options', '-c enable_seqscan=off');
  const plan = await rowsOf(`EXPLAIN SELECT 1 FROM ${tablePrefix}search WHERE value LIKE '%off%'`, url.href);
  expect(JSON.stringify(plan)).toContain('search_by_text');
});

it('goes on without an index where the database does not let the extension be created, and says so', async () => {
  const name = `plain_${randomUUID().replaceAll('-', '')}`;
  await rowsOf(`CREATE ROLE ${name} LOGIN PASSWORD 'plain'`);
  await rowsOf(`CREATE DATABASE ${name}`);
  const url = new URL(sharedUrl());
  url.pathname = `/${name}`;
  await rowsOf(`GRANT CREATE, USAGE ON SCHEMA public TO ${name}; REVOKE ALL ON DATABASE ${name} FROM PUBLIC`, url.href);
  await rowsOf(`GRANT CONNECT ON DATABASE ${name} TO ${name}`);
  [url.username, url.password] = [name, 'plain'];
  const warn = vi.fn();
  const logger = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() };
  const store = await openStore({ logger }, url.href);
  await store.set('ns', 'timeout', json('a value'));
  expect(await found(store, { text: 'timeo' })).toEqual(['timeout']);
  const message = expect.stringMatching(/searches read entry by entry.*permission denied to create extension/);
  expect(await store.health()).toEqual({ ok: true, message });
  expect(warn.mock.calls).toEqual([[{}, message]]);
  await store.close();
  // The extension comes from someone who may, and the next start finds it.
  url.username = 'postgres';
  url.password = 'password';
  const grant = `GRANT USAGE ON SCHEMA "odd one" TO ${name}`;
  await rowsOf(`CREATE SCHEMA "odd one"; CREATE EXTENSION pg_trgm SCHEMA "odd one"; ${grant}`, url.href);
  [url.username, url.password] = [name, 'plain'];
  const indexed = await openStore({}, url.href);
  expect(await indexed.health()).toEqual({ ok: true });
  await caughtUp('cfg_', url.href);
  expect(await found(indexed, { text: 'timeo' })).toEqual(['timeout']);
});

it('forgets what was deleted or written anew', async () => {
  const tablePrefix = newPrefix();
  const store = await openStore({ tablePrefix });
  await store.set('ns', 'one', json('first'));
  await store.set('ns', 'two', json('first'));
  await caughtUp(tablePrefix);
  await store.delete('ns', 'one');
  await store.set('ns', 'two', json('second'));
  await caughtUp(tablePrefix);
  expect(await rowsOf(`SELECT key, value FROM ${tablePrefix}search`)).toEqual([{ key: 'two', value: '"second"' }]);
});
