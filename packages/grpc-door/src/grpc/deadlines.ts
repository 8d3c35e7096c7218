/** A call, which expires at its deadline. */
export interface Expiring {
  expire(): void;
}

/** Deadlines are looked at so often, in milliseconds: a call may outlast its own by as much. */
export const deadlineGranularityMs = 10;

/**
 * The deadlines of all calls. Adding and deleting cost the same however many there are. Pure: it is told the time, and
 * says when there is something to look at.
 */
export class Deadlines {
  /** The calls of each tick. */
  #ticks = new Map<number, Set<Expiring>>();
  #checked: number;

  constructor(nowMs: number) {
    this.#checked = tickOf(nowMs);
  }

  /** Whether none is waited for. */
  get empty(): boolean {
    return this.#ticks.size === 0;
  }

  /** Returns what to delete it by. */
  add(entry: Expiring, atMs: number): number {
    if (this.empty) this.#checked = Math.min(this.#checked, tickOf(atMs));
    const tick = Math.max(tickOf(atMs) + 1, this.#checked + 1);
    const entries = this.#ticks.get(tick);
    if (entries === undefined) this.#ticks.set(tick, new Set([entry]));
    else entries.add(entry);
    return tick;
  }

  delete(entry: Expiring, tick: number): void {
    const entries = this.#ticks.get(tick);
    if (entries === undefined) return;
    entries.delete(entry);
    if (entries.size === 0) this.#ticks.delete(tick);
  }

  /** Expires all that is due. */
  check(nowMs: number): void {
    const now = tickOf(nowMs);
    // After a long sleep there are fewer entries than ticks that passed.
    if (now - this.#checked > this.#ticks.size) {
      for (const tick of [...this.#ticks.keys()].sort((a, b) => a - b)) if (tick <= now) this.#expire(tick);
    } else {
      for (let tick = this.#checked + 1; tick <= now; tick += 1) this.#expire(tick);
    }
    this.#checked = Math.max(this.#checked, now);
  }

  #expire(tick: number): void {
    const entries = this.#ticks.get(tick);
    if (entries === undefined) return;
    this.#ticks.delete(tick);
    for (const entry of entries) entry.expire();
  }
}

const tickOf = (ms: number): number => Math.floor(ms / deadlineGranularityMs);
