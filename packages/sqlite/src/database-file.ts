import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ConfigError, type ErrorCode } from '@cfg/core';
import { reasonOf } from './fault.js';
import { realPath } from './file-identity.js';
import { findDamage } from './integrity.js';
import type { Settings, WriterSettings } from './options.js';
import { applicationId, migrate, renameRestoredLog, schemaVersion } from './schema.js';
import { prepareSearch } from './search-table.js';

/**
 * Makes the file or brings its schema up to date where need be, and opens it for reading. Throws `invalid_argument` for a
 * file that is not this store's, into which nothing is written, and `unavailable` for one that cannot be used; both name
 * it.
 */
export function openReading(settings: Settings): DatabaseSync {
  const { path } = settings;
  const opened: DatabaseSync[] = [];
  const open = (): DatabaseSync => {
    const db = connect(path, settings.busyTimeoutMs);
    opened.push(db);
    return db;
  };
  const isCheckDue =
    settings.integrityCheck === 'always' || (settings.integrityCheck === 'after-crash' && hasLog(path));
  checkFile(path);
  if (settings.logId !== undefined && !existsSync(path)) throw cannotOpen('unavailable', path, 'the file is gone');
  try {
    const writing = open();
    known.add(identityOf(statSync(path)));
    if (isCheckDue) checkIntegrity(path, quickCheck(writing));
    prepareFile(path, writing);
    if (settings.integrityCheck === 'always') checkIntegrity(path, findDamage(writing));
    if (settings.logId !== undefined) checkLog(writing, path, settings.logId);
    const reading = open();
    reading.exec('PRAGMA query_only = ON; PRAGMA cache_size = -16384');
    // Closed after the other is open: the last one to close would remove the write-ahead log.
    writing.close();
    return reading;
  } catch (error) {
    for (const db of opened) if (db.isOpen) db.close();
    throw error instanceof ConfigError ? error : cannotOpen('unavailable', path, reasonOf(error), error);
  }
}

/** Opens a file that is prepared for writing. Whoever finds it locked does not wait, but is told. */
export function openWriting({ path, durability }: WriterSettings): DatabaseSync {
  const db = connect(path, 0);
  db.exec(`PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}; PRAGMA journal_size_limit = 67108864`);
  // 16 MiB rather than 4: a page that many commits have written is copied into the file once, while one of them waits.
  db.exec('PRAGMA wal_autocheckpoint = 4096');
  return db;
}

export function connect(path: string, busyTimeoutMs: number): DatabaseSync {
  // Loaded here rather than with this module: Node.js 22 warns of it as soon as it is loaded.
  const sqlite = process.getBuiltinModule('node:sqlite');
  const db = new sqlite.DatabaseSync(path);
  db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA trusted_schema = OFF`);
  return db;
}

/** Whether a write-ahead log is there, as it is after a crash, or while another process has the file open. */
const hasLog = (path: string): boolean => (statSync(`${realPath(path)}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;

/** Reads the whole file, but for what the indexes and the values have in them. Returns what is wrong. */
function quickCheck(db: DatabaseSync): string | undefined {
  const found = db.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  return found === 'ok' ? undefined : String(found);
}

function checkIntegrity(path: string, found: string | undefined): void {
  if (found === undefined) return;
  const wayOut = 'put a backup in its place, or save what can be read with the recover command of the sqlite3 program';
  throw cannotOpen('unavailable', path, `it is damaged (${found}); ${wayOut}`);
}

/** Of file systems on other machines, as Linux numbers them (statfs(2)). Locks do not reach over there. */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x5346414f, 'AFS'],
  [0x564c, 'NCP'],
  [0x73757245, 'Coda'],
  [0x00c36400, 'Ceph'],
]);

/** The name of a file system on another machine; `undefined` for one on this, and where that cannot be told. */
export const networkFileSystem = (type: number): string | undefined =>
  process.platform === 'linux' ? networkFileSystems.get(type >>> 0) : undefined;

/**
 * The files whose headers this process has read. None is read twice: to close a file that a store of this process has
 * open would drop that store's locks (they are the process's, not the descriptor's), and whoever closes it elsewhere
 * would take himself for the last one and remove the write-ahead log.
 */
const known = new Set<string>();
// A number of a file that is gone is given to another.
const identityOf = ({ dev, ino, birthtimeMs }: Stats): string => `${dev}:${ino}:${birthtimeMs}`;

/** Refuses what can be refused without SQLite, which would write beside or into a file that it opens. */
export function checkFile(path: string): void {
  let stats: Stats | undefined;
  let network: string | undefined;
  try {
    // SQLite makes its write-ahead log beside the file, not beside a link to it.
    const directory = dirname(realPath(path));
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    network = networkFileSystem(statfsSync(directory).type);
    stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined) accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw cannotOpen('unavailable', path, reasonOf(error), error);
  }
  if (network !== undefined) {
    const why = `it is on a network share (${network}), where SQLite's locks do not hold; use a local disk, or PostgreSQL`;
    throw cannotOpen('invalid_argument', path, why);
  }
  if (stats === undefined) return;
  if (!stats.isFile()) {
    const what = stats.isDirectory() ? 'it is a directory' : 'it is not a regular file';
    throw cannotOpen('invalid_argument', path, what);
  }
  if (stats.size > 0 && !known.has(identityOf(stats))) checkHeader(path);
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
  prepareSearch(db);
  renameRestoredLog(db);
  db.exec('COMMIT');
  const { journal_mode: mode } = db.prepare('PRAGMA journal_mode = WAL').get() ?? {};
  if (mode !== 'wal') {
    throw cannotOpen('unavailable', path, 'its file system does not allow a write-ahead log (is it a network share?)');
  }
}

function checkLog(db: DatabaseSync, path: string, logId: string): void {
  if (db.prepare('SELECT log_id FROM log').get()?.log_id === logId) return;
  throw cannotOpen('unavailable', path, 'another file is in its place');
}

const numberOf = (db: DatabaseSync, pragma: 'user_version' | 'application_id'): number =>
  Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);

/** Why the file cannot be a store's: names it and the cause. */
export function cannotOpen(code: ErrorCode, path: string, why: string, cause?: unknown): ConfigError {
  return new ConfigError(code, `cannot open ${path} as a configuration store: ${why}`, { cause });
}
