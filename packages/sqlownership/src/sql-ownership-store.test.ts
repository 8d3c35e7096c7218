import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { PostgresConnection, SqliteConnection } from '@cfg/core/store';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SqlOwnershipStore } from './sql-ownership-store.js';
import { TestPostgres } from './test/postgres.js';

interface Database {
  readonly connection: PostgresConnection | SqliteConnection;
  run(statement: string): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

async function postgres(): Promise<Database> {
  const server = await TestPostgres.start();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  return {
    connection: client,
    run: async (statement) => (await client.query(statement)).rows,
    close: async () => {
      await client.end();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function sqlite(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'cfg-ownership-'));
  const connection = new DatabaseSync(join(folder, 'owners.db'));
  return {
    connection,
    run: async (statement) => connection.prepare(statement).all(),
    close: async () => {
      connection.close();
      rmSync(folder, { recursive: true });
    },
  };
}

describe.each([
  ['PostgreSQL', postgres],
  ['SQLite', sqlite],
])('in %s', (_, open) => {
  let database: Database;
  let store: SqlOwnershipStore;

  beforeAll(async () => {
    database = await open();
  }, 120_000);
  afterAll(() => database.close());
  beforeEach(async () => {
    store = new SqlOwnershipStore(database.connection);
    await store.createTable();
    await database.run('DELETE FROM peersync_ownership');
  });

  it('records, replaces, lists and removes owners', async () => {
    await store.claim('payments', 'a');
    await store.claim('search', 'a');
    await store.claim('search', 'b');
    await store.createTable(); // it is there
    expect(await store.owners()).toEqual(
      new Map([
        ['payments', 'a'],
        ['search', 'b'],
      ]),
    );
    expect(await store.owners('b')).toEqual(new Map([['search', 'b']]));
    expect(await store.unclaim('search', 'a')).toBe(false);
    expect(await store.unclaim('search', 'b')).toBe(true);
    expect(await store.unclaim('search', 'b')).toBe(false);
    expect(await store.owners()).toEqual(new Map([['payments', 'a']]));
  });

  it("goes on with a table of the original's, and leaves one to it", async () => {
    await database.run("INSERT INTO peersync_ownership (namespace, node_id) VALUES ('go', 'node-go')");
    await store.claim('ts', "o'node");
    expect(await store.owners()).toEqual(
      new Map([
        ['go', 'node-go'],
        ['ts', "o'node"],
      ]),
    );
    const rows = await database.run('SELECT namespace, node_id FROM peersync_ownership ORDER BY namespace');
    expect(rows).toMatchObject([
      { namespace: 'go', node_id: 'node-go' },
      { namespace: 'ts', node_id: "o'node" },
    ]);
  });

  it('takes another table, and says what is wrong with the one that it has', async () => {
    const other = new SqlOwnershipStore(database.connection, { table: 'owners_2' });
    await expect(other.owners()).rejects.toMatchObject({ code: 'unavailable' });
    await other.createTable();
    await other.claim('x', 'a');
    expect(await store.owners()).toEqual(new Map());
    expect(await other.owners()).toEqual(new Map([['x', 'a']]));
  });

  it('of many who claim at once one has it', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.claim('x', `n${i}`)));
    expect((await store.owners()).size).toBe(1);
  });

  it('refuses bad names, and calls that are called off', async () => {
    await expect(store.claim('not ok', 'a')).rejects.toMatchObject({ code: 'invalid_namespace' });
    await expect(store.claim('ok', '')).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(store.owners(undefined, { signal: AbortSignal.abort() })).rejects.toThrow('abort');
  });
});

it.each(['', 'a b', 'a"; DROP TABLE x; --', 'a.b.c', '1a', 'ä'])('refuses the table name %j', (table) => {
  expect(() => new SqlOwnershipStore(new DatabaseSync(':memory:'), { table })).toThrow('table:');
});

it('refuses what is no connection', () => {
  expect(() => new SqlOwnershipStore({} as never)).toThrow('connection must be');
});
