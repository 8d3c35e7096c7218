import type { Engine } from './engine.js';

/** Upper bound of one sleep, so that a change of the system clock is noticed. */
const maxSleepMs = 30_000;

/** Delay before the next try after a commit that left something due: it failed, or was not the last one needed. */
const retryMs = 1_000;

/** Commits deletions by expiry when they are due, however far off that is. Does not keep a process alive. */
export class ExpiryTimer {
  readonly #engine: Pick<Engine, 'now' | 'nextExpiry' | 'submit'>;
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;
  #closed = false;
  #committing = false;

  constructor(engine: Pick<Engine, 'now' | 'nextExpiry' | 'submit'>) {
    this.#engine = engine;
  }

  /** Call this when the earliest expiry may have changed. */
  schedule(): void {
    if (!this.#committing) void this.#plan(0);
  }

  close(): void {
    this.#closed = true;
    this.#clear();
  }

  /** Sleeps until the next expiry, but for `minMs` at least. */
  async #plan(minMs: number): Promise<void> {
    let next: number | undefined;
    try {
      const found = this.#engine.nextExpiry();
      next = found instanceof Promise ? await found : found;
    } catch {
      next = this.#engine.now() + retryMs;
    }
    if (next === undefined) this.#clear();
    else this.#sleepUntil(Math.max(next, this.#engine.now() + minMs));
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wakesAt = Number.POSITIVE_INFINITY;
  }

  #sleepUntil(time: number): void {
    if (this.#closed) return;
    const now = this.#engine.now();
    const wakesAt = Math.min(time, now + maxSleepMs);
    if (this.#timer !== undefined && this.#wakesAt <= wakesAt) return;
    clearTimeout(this.#timer);
    this.#wakesAt = wakesAt;
    this.#timer = setTimeout(() => void this.#wake(), Math.max(0, wakesAt - now)).unref();
  }

  async #wake(): Promise<void> {
    this.#clear();
    this.#committing = true;
    let minMs = 0;
    try {
      const next = await this.#engine.nextExpiry();
      if ((next ?? Number.POSITIVE_INFINITY) <= this.#engine.now()) {
        await this.#engine.submit({ type: 'expire' });
        const left = await this.#engine.nextExpiry();
        if ((left ?? Number.POSITIVE_INFINITY) <= this.#engine.now()) minMs = retryMs;
      }
    } catch {
      // Whoever writes is told what is wrong; this tries again.
      minMs = retryMs;
    }
    this.#committing = false;
    await this.#plan(minMs);
  }
}
