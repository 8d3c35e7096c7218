import type { CommittedWrite } from '../contract/measured.js';
import type { Maybe } from '../util/steps.js';
import { countOf, type Operation, weightOf } from './operation.js';

/** Tells those who listen of the writes that a store commits. Costs nothing where nobody does. */
export class CommitMeter {
  readonly #listeners = new Set<(write: CommittedWrite) => void>();

  listen(listener: (write: CommittedWrite) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Runs the write, and tells of it if it succeeds. */
  measure<T>(operation: Operation, submit: () => Maybe<T>): Maybe<T> {
    if (this.#listeners.size === 0) return submit();
    const beganMs = performance.now();
    const done = submit();
    if (!(done instanceof Promise)) {
      this.#tell(operation, beganMs);
      return done;
    }
    return done.then((answer) => {
      this.#tell(operation, beganMs);
      return answer;
    });
  }

  #tell(operation: Operation, beganMs: number): void {
    const durationMs = performance.now() - beganMs;
    const write = { operations: countOf(operation), bytes: weightOf(operation), durationMs };
    for (const listener of this.#listeners) listener(write);
  }
}
