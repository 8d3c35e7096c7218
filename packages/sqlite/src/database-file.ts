import { accessSync, closeSync, constants, openSync, readSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ConfigError, type ErrorCode } from '@cfg/core';
import { reasonOf } from './fault.js';
import { applicationId, migrate, schemaVersion } from './schema.js';

/** The two connections of a store to its file: writes never wait for a read, nor a read for a write. */
export interface Connections {
  readonly writing: DatabaseSync;
  readonly reading: DatabaseSync;
}

/**
 * Opens the file, and makes it or brings its schema up to date where need be. Throws `invalid_argument` for a file that
 * is not this store's, into which nothing is written, and `unavailable` for one that cannot be used; both name it.
 */
export function openDatabase(path: string, busyTimeoutMs: number): Connections {
  checkFile(path);
  // Loaded here rather than with this module: Node.js 22 warns of it as soon as it is loaded.
  const sqlite = process.getBuiltinModule('node:sqlite');
  const opened: DatabaseSync[] = [];
  const open = (): DatabaseSync => {
    const db = new sqlite.DatabaseSync(path);
    opened.push(db);
    db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA trusted_schema = OFF`);
    return db;
  };
  try {
    const writing = open();
    prepareFile(path, writing);
    // From here on the writer waits without blocking the event loop.
    writing.exec('PRAGMA busy_timeout = 0');
    const reading = open();
    reading.exec('PRAGMA query_only = ON; PRAGMA cache_size = -16384');
    return { writing, reading };
  } catch (error) {
    for (const db of opened) db.close();
    throw error instanceof ConfigError ? error : cannotOpen('unavailable', path, reasonOf(error), error);
  }
}

/** Refuses what can be refused without SQLite, which would write beside or into a file that it opens. */
function checkFile(path: string): void {
  let stats: Stats | undefined;
  try {
    // SQLite makes its write-ahead log beside the file.
    accessSync(dirname(path), constants.R_OK | constants.W_OK | constants.X_OK);
    stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined) accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw cannotOpen('unavailable', path, reasonOf(error), error);
  }
  if (stats === undefined) return;
  if (!stats.isFile()) {
    const what = stats.isDirectory() ? 'it is a directory' : 'it is not a regular file';
    throw cannotOpen('invalid_argument', path, what);
  }
  if (stats.size > 0) checkHeader(path);
}

/** Reads application_id and user_version where SQLite's file format has them (sqlite.org/fileformat.html, 1.3). */
function checkHeader(path: string): void {
  const header = Buffer.alloc(100);
  let length: number;
  try {
    const file = openSync(path, 'r');
    try {
      length = readSync(file, header, 0, header.length, 0);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw cannotOpen('unavailable', path, reasonOf(error), error);
  }
  if (length < header.length || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    throw cannotOpen('invalid_argument', path, 'it is not a SQLite database');
  }
  checkIdentity(path, header.readInt32BE(68), header.readInt32BE(60));
}

function checkIdentity(path: string, id: number, version: number): void {
  if (id !== applicationId) throw cannotOpen('invalid_argument', path, 'it is the database of another application');
  if (version > schemaVersion) {
    const what = `its schema ${version} is newer than ${schemaVersion}, the newest that this release knows`;
    throw cannotOpen('invalid_argument', path, what);
  }
}

function prepareFile(path: string, db: DatabaseSync): void {
  // Two processes may be making the same file: who gets the lock second finds it made.
  db.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
  const version = numberOf(db, 'user_version');
  const made = db.prepare('SELECT count(*) AS objects FROM sqlite_schema').get()?.objects !== 0;
  if (made) checkIdentity(path, numberOf(db, 'application_id'), version);
  if (version < schemaVersion) migrate(db, version);
  db.exec('COMMIT');
  const { journal_mode: mode } = db.prepare('PRAGMA journal_mode = WAL').get() ?? {};
  if (mode !== 'wal') {
    throw cannotOpen('unavailable', path, 'its file system does not allow a write-ahead log (is it a network share?)');
  }
  db.exec('PRAGMA journal_size_limit = 67108864');
}

const numberOf = (db: DatabaseSync, pragma: 'user_version' | 'application_id'): number =>
  Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);

/** Why the file cannot be a store's: names it and the cause. */
export function cannotOpen(code: ErrorCode, path: string, why: string, cause?: unknown): ConfigError {
  return new ConfigError(code, `cannot open ${path} as a configuration store: ${why}`, { cause });
}
