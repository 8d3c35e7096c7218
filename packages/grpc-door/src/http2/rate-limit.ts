/** How often something may happen: so many at once, and so many a second in the long run. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** A bucket of tokens that fills with time, and with what earns more. Pure: it is told the time. */
export class RateLimit {
  #rate: Rate;
  #tokens: number;
  #filledAtMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAtMs = nowMs;
  }

  /** Whether it may happen once more. */
  take(nowMs: number): boolean {
    if (this.#tokens < 1) {
      const filled = this.#tokens + ((nowMs - this.#filledAtMs) * this.#rate.perSecond) / 1000;
      this.#tokens = Math.min(filled, this.#rate.burst);
      this.#filledAtMs = nowMs;
      if (this.#tokens < 1) return false;
    }
    this.#tokens -= 1;
    return true;
  }

  earn(tokens: number): void {
    this.#tokens = Math.min(this.#tokens + tokens, this.#rate.burst);
  }
}
