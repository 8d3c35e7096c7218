import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { cannotOpen, checkFile, connect } from './database-file.js';
import { findDamage } from './integrity.js';

/**
 * Reads the whole SQLite file `path`, also while servers use it, and every checksum in it. Keeps this thread busy for as long
 * as that takes, some seconds for a million entries.
 *
 * Throws `unavailable` where it is damaged, naming the first thing that was found, or cannot be read, and
 * `invalid_argument` where it is no such store's.
 *
 * @example
 * checkSqlite('config-2026-11-26.db');
 */
export function checkSqlite(path: string): void {
  const file = resolve(path);
  if (!existsSync(file)) throw cannotOpen('unavailable', file, 'there is no such file');
  checkFile(file);
  const db = connect(file, 5_000);
  try {
    const found = findDamage(db);
    if (found !== undefined) throw cannotOpen('unavailable', file, `it is damaged (${found})`);
  } finally {
    db.close();
  }
}
