/** A turn that took no longer than this is followed by the next without a pause. */
const shortMs = 0.2;

/** The longest pause between two turns. */
const maxPauseMs = 50;

/**
 * Runs what has become ready, for all clients together. Sending events takes at most about half of the process's time: a
 * turn that took long is followed by a pause of the same length, in which other requests are answered, and after which
 * all that has changed meanwhile goes out at once. With few clients there is no pause.
 */
export class Turns {
  #ready: (() => void)[] = [];
  #pausesUntil = 0;

  /** `run` must not throw. */
  readonly add = (run: () => void): void => {
    if (this.#ready.push(run) > 1) return;
    const pauseMs = this.#pausesUntil === 0 ? 0 : this.#pausesUntil - performance.now();
    if (pauseMs > 0) setTimeout(this.#run, pauseMs);
    else setImmediate(this.#run);
  };

  readonly #run = (): void => {
    const ready = this.#ready;
    this.#ready = [];
    const began = performance.now();
    for (const run of ready) run();
    const ended = performance.now();
    const tookMs = ended - began;
    this.#pausesUntil = tookMs > shortMs ? ended + Math.min(tookMs, maxPauseMs) : 0;
  };
}
