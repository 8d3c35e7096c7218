import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from '@cfg/core';
import { maxInt32 } from '@cfg/core/store';
import { cannotOpen, checkFile, connect } from './database-file.js';
import { reasonOf } from './fault.js';

/**
 * Copies the SQLite file `path` to the new file `target`, as of one moment, also while servers use it. The copy is a
 * store's file: put it in the place of the original, or open it elsewhere. A store that opens it gives its log a new
 * name, so that nobody takes its revisions for those of the original.
 *
 * Rejects with `invalid_argument` where `target` exists or `path` is not such a store's, and with `unavailable` where
 * they cannot be read or written. Needs Node.js 22.16.
 *
 * @example
 * await backupSqlite('config.db', `config-${new Date().toISOString().slice(0, 10)}.db`);
 */
export async function backupSqlite(path: string, target: string): Promise<void> {
  const [from, to] = [resolve(path), resolve(target)];
  const { backup } = process.getBuiltinModule('node:sqlite');
  if (typeof backup !== 'function') throw new ConfigError('unsupported', 'a backup needs Node.js 22.16 or later');
  if (!existsSync(from)) throw cannotOpen('unavailable', from, 'there is no such file');
  if (existsSync(to)) throw new ConfigError('invalid_argument', `cannot back up to ${to}: it exists already`);
  checkFile(from);
  const partial = `${to}.partial`;
  try {
    await rm(partial, { force: true });
    const source = connect(from, 5_000);
    try {
      // In one step: one that others write between is begun again by SQLite.
      await backup(source, partial, { rate: maxInt32 });
    } finally {
      source.close();
    }
    const copy = connect(partial, 0);
    try {
      copy.exec("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; UPDATE log SET log_id = ''");
    } finally {
      copy.close();
    }
    await rename(partial, to);
  } catch (error) {
    await rm(partial, { force: true });
    throw new ConfigError('unavailable', `cannot back up ${from} to ${to}: ${reasonOf(error)}`, { cause: error });
  }
}
