import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { keyRange } from './key-range.js';

/** Reads what is known of namespaces as a whole. Costs what it answers, whatever they hold. */
export class Namespaces {
  readonly #page: StatementSync;
  readonly #counts: StatementSync;
  readonly #revision: StatementSync;

  constructor(db: DatabaseSync) {
    this.#page = db.prepare(`
      SELECT name FROM namespaces
      WHERE entries > 0 AND name >= ? AND name < ? ORDER BY name LIMIT ?`);
    this.#counts = db.prepare('SELECT name, entries FROM namespaces WHERE entries > 0 ORDER BY name');
    this.#revision = db.prepare('SELECT revision FROM namespaces WHERE name = ?');
  }

  /** Those that have entries and begin with `prefix`, after `after`, ascending; never the empty one. */
  page(prefix: string, after: string | undefined, limit: number): string[] {
    const most = Math.min(limit, Number.MAX_SAFE_INTEGER);
    // The default namespace, whose name is empty, comes before all others.
    return this.#page.all(...keyRange(prefix, after ?? ''), most).map((row) => row.name as string);
  }

  /** How many entries each has. */
  counts(): Map<string, number> {
    return new Map(this.#counts.all().map((row) => [row.name as string, row.entries as number]));
  }

  /** The revision of the last change in it; 0 if there was none. */
  revision(namespace: string): number {
    return (this.#revision.get(namespace)?.revision ?? 0) as number;
  }
}
