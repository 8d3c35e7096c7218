import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** How far the log in the file reaches, both ways. */
export interface Head {
  readonly revision: number;
  readonly oldestRevision: number;
}

/** Reads the head, on either connection. */
export class HeadReader {
  readonly #select: StatementSync;

  constructor(db: DatabaseSync) {
    this.#select = db.prepare('SELECT oldest_revision, (SELECT max(revision) FROM changes) AS revision FROM log');
  }

  read(): Head {
    const row = this.#select.get();
    return { revision: (row?.revision ?? 0) as number, oldestRevision: row?.oldest_revision as number };
  }
}
