/** Longest sleep: a timer does not see the clock jump, so the clock is asked again after so many milliseconds. */
const maxSleepMs = 30_000;

/** How soon a commit that left something due is tried again: it may be failing, or still under way. */
const retryMs = 1_000;

/**
 * Calls `commit` when the next expiry is due, by the clock `now`, however far off it is. Does not keep a process alive.
 */
export class ExpiryTimer {
  #now: () => number;
  #next: () => number | undefined;
  #commit: () => void;
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;

  /** `next` tells the earliest expiry there is, in milliseconds since the epoch. */
  constructor(now: () => number, next: () => number | undefined, commit: () => void) {
    this.#now = now;
    this.#next = next;
    this.#commit = commit;
  }

  /** To be called when the earliest expiry may have changed. */
  schedule(): void {
    this.#sleepUntil(this.#next());
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wakesAt = Number.POSITIVE_INFINITY;
  }

  #sleepUntil(time: number | undefined): void {
    if (time === undefined) {
      this.close();
      return;
    }
    const now = this.#now();
    const wakesAt = Math.min(time, now + maxSleepMs);
    if (this.#timer !== undefined && this.#wakesAt <= wakesAt) return;
    clearTimeout(this.#timer);
    this.#wakesAt = wakesAt;
    this.#timer = setTimeout(() => this.#wake(), Math.max(0, wakesAt - now)).unref();
  }

  #wake(): void {
    this.close();
    const now = this.#now();
    if ((this.#next() ?? Number.POSITIVE_INFINITY) <= now) this.#commit();
    const next = this.#next();
    this.#sleepUntil(next !== undefined && next <= now ? now + retryMs : next);
  }
}
