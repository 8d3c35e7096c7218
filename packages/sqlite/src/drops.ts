import type { StatementSync } from 'node:sqlite';
import { CompactionMeter } from '@cfg/core/store';
import type { SearchIndex } from './search-index.js';

/** Deletes changes, from the index for searches too, and counts them. */
export class Drops {
  readonly meter: CompactionMeter = new CompactionMeter();
  readonly #index: SearchIndex;
  #changes = 0;
  #durationMs = 0;

  constructor(index: SearchIndex) {
    this.#index = index;
  }

  /** Runs a statement that returns the revisions of the changes that it deletes. */
  run(statement: StatementSync, ...values: (string | number)[]): void {
    const beganMs = performance.now();
    const revisions = statement.all(...values).map((row) => row.revision as number);
    this.#index.forget(revisions);
    this.#changes += revisions.length;
    this.#durationMs += performance.now() - beganMs;
  }

  /** Call this at the end of each transaction: only what is committed counts. */
  end(isCommitted: boolean): void {
    if (isCommitted) this.meter.add(this.#changes, this.#durationMs);
    this.#changes = 0;
    this.#durationMs = 0;
  }
}
