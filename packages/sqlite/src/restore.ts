import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from '@cfg/core';
import { backupSqlite } from './backup.js';
import { cannotOpen, checkFile, connect } from './database-file.js';
import { isBusy, reasonOf } from './fault.js';
import { realPath } from './file-identity.js';

export interface RestoreSqliteOptions {
  /** Takes the place of a file that is there, which is kept under another name. Default false. */
  readonly replace?: boolean | undefined;
}

/**
 * Makes the store's file `path` from a backup, whose file stays as it is. The log has a new name then, so that clients
 * and watchers read afresh. Returns under which name the file is kept that was there.
 *
 * Rejects with `invalid_argument` where `path` exists (unless told to replace it) or `backup` is not a store's file, and
 * with `unavailable` where they cannot be read or written, or somebody has `path` open. Needs Node.js 22.16.
 *
 * @example
 * await restoreSqlite('config-2026-11-26.db', 'config.db', { replace: true });
 */
export async function restoreSqlite(
  backup: string,
  path: string,
  { replace = false }: RestoreSqliteOptions = {},
): Promise<string | undefined> {
  // A link stays, and leads to the new file then.
  const [from, to] = [resolve(backup), realPath(resolve(path))];
  if (!existsSync(from)) throw cannotOpen('unavailable', from, 'there is no such file');
  checkFile(from);
  if (!existsSync(to)) {
    await backupSqlite(from, to);
    return undefined;
  }
  if (!replace) throw new ConfigError('invalid_argument', `cannot restore to ${to}: it exists already`);
  const made = `${to}.restoring`;
  await rm(made, { force: true });
  await backupSqlite(from, made);
  const kept = nameFor(to);
  try {
    checkFile(to);
    takeOut(to);
    await rename(to, kept);
    await rename(made, to);
    return kept;
  } catch (error) {
    await rm(made, { force: true });
    if (error instanceof ConfigError) throw error;
    throw new ConfigError('unavailable', `cannot restore to ${to}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Makes sure that nobody has the file open, and that all of it is in the file. Throws `unavailable`. */
function takeOut(path: string): void {
  const db = connect(path, 0);
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    // Fails where another connection exists; takes in the write-ahead log, and removes it.
    const { journal_mode: mode } = db.prepare('PRAGMA journal_mode = DELETE').get() ?? {};
    if (mode !== 'delete') throw inUse(path);
  } catch (error) {
    throw isBusy(error) ? inUse(path) : error;
  } finally {
    db.close();
  }
}

const inUse = (path: string): ConfigError =>
  new ConfigError('unavailable', `cannot restore to ${path}: a server has it open; stop it first`);

/** A name that no file has yet. */
function nameFor(path: string): string {
  for (let n = 1; ; n += 1) {
    const name = `${path}.replaced-${n}`;
    if (!existsSync(name)) return name;
  }
}
