import type { SwimSettings } from './settings.js';

/**
 * A node is suspected, and declared dead when nobody hears otherwise in time: the sooner, the more others say the same.
 */
export class Suspicion {
  readonly incarnation: number;
  readonly #startedAt: number;
  readonly #least: number;
  readonly #most: number;
  /** How many confirmations it takes to come down to the least time. */
  readonly #needed: number;
  readonly #confirmedBy = new Set<string>();
  readonly #accuser: string;

  /** `nodes`: how many are known. */
  constructor(incarnation: number, accuser: string, nodes: number, now: number, settings: SwimSettings) {
    const { suspicionMult, suspicionMaxTimeoutMult, probeIntervalMs } = settings;
    this.incarnation = incarnation;
    this.#accuser = accuser;
    this.#startedAt = now;
    const needed = suspicionMult - 2;
    this.#needed = nodes - 2 < needed ? 0 : needed;
    this.#least = suspicionMult * Math.max(1, Math.log10(Math.max(1, nodes))) * probeIntervalMs;
    this.#most = suspicionMaxTimeoutMult * this.#least;
  }

  /** When the node is dead. */
  get deadline(): number {
    if (this.#needed === 0) return this.#startedAt + this.#least;
    const share = Math.log(this.#confirmedBy.size + 1) / Math.log(this.#needed + 1);
    return this.#startedAt + Math.max(this.#least, this.#most - (this.#most - this.#least) * share);
  }

  /** Another node says the same. Returns whether that is news. */
  confirm(by: string): boolean {
    if (by === this.#accuser || this.#confirmedBy.has(by) || this.#confirmedBy.size >= this.#needed) return false;
    this.#confirmedBy.add(by);
    return true;
  }
}
