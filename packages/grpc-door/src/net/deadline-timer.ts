import { Deadlines, deadlineGranularityMs, type Expiring } from '../grpc/deadlines.js';
import { nowMs } from './clock.js';

/** The deadlines of a server's calls, looked at while there are any. */
export class DeadlineTimer {
  #deadlines = new Deadlines(nowMs());
  #timer: NodeJS.Timeout | undefined;

  expireIn(entry: Expiring, timeoutMs: number): number {
    this.#timer ??= setInterval(() => this.#check(), deadlineGranularityMs).unref();
    return this.#deadlines.add(entry, nowMs() + timeoutMs);
  }

  forget(entry: Expiring, tick: number): void {
    this.#deadlines.delete(entry, tick);
  }

  #check(): void {
    this.#deadlines.check(nowMs());
    if (!this.#deadlines.empty) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
