import type { CompactionState } from '../contract/measured.js';

/** Adds up what an engine drops. */
export class CompactionMeter {
  #state: CompactionState = { steps: 0, changes: 0, durationMs: 0 };

  get state(): CompactionState {
    return this.#state;
  }

  /** Counts a transaction that took so long to drop so many changes; one that dropped none counts for nothing. */
  add(changes: number, durationMs: number): void {
    if (changes === 0) return;
    const { state } = this;
    this.#state = {
      steps: state.steps + 1,
      changes: state.changes + changes,
      durationMs: state.durationMs + durationMs,
    };
  }
}
