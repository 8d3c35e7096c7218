import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ErrorCode, isConfigError } from '@cfg/core';
import { describe, expect, it } from 'vitest';
import { networkFileSystem } from './database-file.js';
import { SqliteStore } from './index.js';
import { json, openStore, scratchPath } from './test/scratch.js';

/** Expects a clear refusal that names the file, and that nothing was written. */
async function expectRefused(path: string, code: ErrorCode, why: RegExp): Promise<void> {
  const files = (): string[] => readdirSync(dirname(path)).sort();
  const before = files();
  const store = new SqliteStore(path);
  const error = await store.connect().catch((thrown: unknown) => thrown);
  if (!isConfigError(error)) expect.fail(`connect gave ${error}`);
  expect(error.code).toBe(code);
  expect(error.message).toContain(path);
  expect(error.message).toMatch(why);
  expect(files()).toEqual(before);
  await expect(store.get('a', 'x')).rejects.toMatchObject({ code: 'not_connected' });
  await store.close();
}

/** As {@link expectRefused}, of a file that must stay as it is. */
async function expectUntouched(path: string, why: RegExp): Promise<void> {
  const before = readFileSync(path);
  await expectRefused(path, 'invalid_argument', why);
  expect(readFileSync(path).equals(before)).toBe(true);
}

function database(path: string, sql: string): string {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
  return path;
}

describe('what is refused', () => {
  it('a path that names no file', () => {
    for (const path of ['', ':memory:', 'a\0b']) {
      expect(() => new SqliteStore(path)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    }
  });

  it('an option that cannot be meant, by its name', () => {
    const wrong = {
      historyLimit: 0,
      logLimit: 1.5,
      busyTimeoutMs: -1,
      pollIntervalMs: Number.NaN,
      cacheBytes: 2 ** 40,
    };
    for (const [name, value] of Object.entries(wrong)) {
      expect(() => new SqliteStore('x.db', { [name]: value })).toThrow(name);
    }
  });

  it('a directory', async () => {
    const path = scratchPath();
    mkdirSync(path);
    await expectRefused(path, 'invalid_argument', /directory/);
  });

  it('a path below nothing, and one below a file', async () => {
    const missing = new SqliteStore(join(dirname(scratchPath()), 'missing', 'config.db'));
    await expect(missing.connect()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/missing/),
    });
    const file = scratchPath();
    writeFileSync(file, '');
    const below = new SqliteStore(join(file, 'config.db'));
    await expect(below.connect()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('a file that is no database', async () => {
    const path = scratchPath();
    writeFileSync(path, 'port: 8080\n');
    await expectUntouched(path, /not a SQLite database/);
    writeFileSync(path, 'x'.repeat(10_000));
    await expectUntouched(path, /not a SQLite database/);
  });

  it('a database of another application', async () => {
    const path = database(scratchPath(), 'CREATE TABLE users (name)');
    await expectUntouched(path, /another application/);
    const named = database(scratchPath(), 'PRAGMA application_id = 7; CREATE TABLE users (name)');
    await expectUntouched(named, /another application/);
  });

  it('a newer schema', async () => {
    const path = scratchPath();
    await (await openStore(path)).close();
    database(path, 'PRAGMA user_version = 99');
    await expectUntouched(path, /schema 99 is newer/);
  });

  it('a damaged file', async () => {
    const path = scratchPath();
    await (await openStore(path)).close();
    truncateSync(path, 4096);
    const store = new SqliteStore(path);
    await expect(store.connect()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/malformed/),
    });
    // A schema that is not what it says it is.
    const emptied = scratchPath();
    await (await openStore(emptied)).close();
    database(emptied, 'DROP TABLE entries');
    await expect(new SqliteStore(emptied).connect()).rejects.toMatchObject({
      message: expect.stringMatching(/no such table: entries/),
    });
  });

  it('a file that may not be read or written', async () => {
    const path = scratchPath();
    await (await openStore(path)).close();
    for (const mode of [0o444, 0o000]) {
      chmodSync(dirname(path), 0o777);
      chmodSync(path, mode);
      expect(connectUnprivileged(path)).toMatch(/^unavailable cannot open .*config\.db .*EACCES/);
    }
    chmodSync(path, 0o666);
    chmodSync(dirname(path), 0o555);
    expect(connectUnprivileged(path)).toMatch(/^unavailable cannot open .*config\.db .*EACCES/);
    chmodSync(dirname(path), 0o777);
    expect(connectUnprivileged(path)).toBe('connected');
  });
});

/** Connects in a process without root's rights. */
function connectUnprivileged(path: string): string {
  const program = join(import.meta.dirname, '../dist/test/connect-process.js');
  return execFileSync(process.execPath, [program, path, 'unprivileged'], { encoding: 'utf8' }).trim();
}

describe('what is taken', () => {
  it('an empty file', async () => {
    const path = scratchPath();
    writeFileSync(path, '');
    const store = await openStore(path);
    await store.set('a', 'x', json(1));
    expect((await store.get('a', 'x')).version).toBe(1);
  });

  it('a path that looks like a URI', async () => {
    const directory = dirname(scratchPath());
    const path = join(directory, 'file:config.db?mode=memory');
    await (await openStore(path)).close();
    expect(readdirSync(directory)).toEqual(['file:config.db?mode=memory']);
  });

  it('a copy of the file of a store that was closed', async () => {
    const path = scratchPath();
    const store = await openStore(path);
    await store.set('a', 'x', json(1));
    await store.close();
    expect(readdirSync(dirname(path))).toEqual(['config.db']);
    const copy = scratchPath();
    copyFileSync(path, copy);
    expect((await (await openStore(copy)).get('a', 'x')).revision).toBe(1);
  });

  it('a file once more, after it was refused', async () => {
    const path = scratchPath();
    writeFileSync(path, 'not yet');
    const store = new SqliteStore(path);
    await expect(store.connect()).rejects.toMatchObject({ code: 'invalid_argument' });
    writeFileSync(path, '');
    await store.connect();
    expect(await store.health()).toEqual({ ok: true });
    await store.close();
  });
});

it('knows file systems on other machines, where SQLite cannot lock', () => {
  expect([0x6969, 0xff534d42, 0xff534d42 | 0, 0xef53, 0x01021994].map(networkFileSystem)).toEqual(
    process.platform === 'linux' ? ['NFS', 'CIFS', 'CIFS', undefined, undefined] : Array(5).fill(undefined),
  );
});
