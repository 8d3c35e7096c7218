import type { DatabaseSync } from 'node:sqlite';

/** Runs `read` so that everything it reads is of one moment, whatever other connections write meanwhile. */
export function readTransaction<T>(db: DatabaseSync, read: () => T): T {
  db.exec('BEGIN');
  try {
    return read();
  } finally {
    db.exec('ROLLBACK');
  }
}
