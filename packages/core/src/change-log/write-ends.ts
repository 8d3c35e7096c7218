import type { Change } from '../contract/change.js';

/**
 * Keeps `Change.more` true for a watch that leaves changes out. A change of a write of several is held back until it is
 * known whether another one of them passes; if none does, it goes out marked as the last.
 */
export class WriteEnds {
  #held: Change | undefined;

  /** Whether a change is held back, so that nothing else may be told before it. */
  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  /** The change that is held back, if nothing more has to be known about it. To be asked before each {@link pass}. */
  take(): Change | undefined {
    return this.#held?.more === false ? this.#release() : undefined;
  }

  /** Takes the next change of the log, and whether the watch shows it. Returns the change that is due by it. */
  pass(change: Change, isShown: boolean): Change | undefined {
    const held = this.#held;
    if (isShown) {
      if (held === undefined && !change.more) return change;
      this.#held = change;
      return held;
    }
    return held !== undefined && !change.more ? this.#release()?.asLast() : undefined;
  }

  #release(): Change | undefined {
    const held = this.#held;
    this.#held = undefined;
    return held;
  }
}
