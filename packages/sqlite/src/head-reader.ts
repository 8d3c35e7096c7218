import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Head } from '@cfg/core/store';

/** Reads how far the log in the file reaches, on either connection. */
export class HeadReader {
  readonly #select: StatementSync;

  constructor(db: DatabaseSync) {
    this.#select = db.prepare(
      'SELECT log_id, oldest_revision, (SELECT max(revision) FROM changes) AS revision FROM log',
    );
  }

  read(): Head {
    const row = this.#select.get();
    return {
      revision: (row?.revision ?? 0) as number,
      oldestRevision: row?.oldest_revision as number,
      logId: row?.log_id as string,
    };
  }
}
