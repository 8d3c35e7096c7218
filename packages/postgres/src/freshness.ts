/** How often, within the time that a read may be behind, the primary is asked how far it is. */
const asksPerAge = 4;

/**
 * How far a replica has to be for a read: at least where the primary was so long ago as the read may be behind, and where
 * this store's own answers were already. Only this process' clock counts.
 */
export class Freshness {
  readonly #maxAgeMs: number;
  /** Newest last. When the primary was asked, and the revision that it answered with: it was there then, or later. */
  #observed: { readonly askedMs: number; readonly revision: number }[] = [];
  #logId: string | undefined;
  #shown = 0;

  constructor(maxAgeMs: number) {
    this.#maxAgeMs = maxAgeMs;
  }

  /** The log of the primary; `undefined`: nobody has asked it. */
  get logId(): string | undefined {
    return this.#logId;
  }

  /** This store has answered with that revision: no later read may be before it. */
  shown(revision: number): void {
    this.#shown = Math.max(this.#shown, revision);
  }

  /** The primary, asked at `askedMs`, was at that revision. */
  observed(askedMs: number, logId: string, revision: number): void {
    if (logId !== this.#logId) {
      // Another log: its revisions have nothing to do with those before.
      [this.#logId, this.#observed, this.#shown] = [logId, [], 0];
    }
    if (this.isDue(askedMs)) this.#observed.push({ askedMs, revision });
  }

  /** Whether the primary should be asked again, so that reads can go on without it. */
  isDue(nowMs: number): boolean {
    const newest = this.#observed.at(-1);
    return newest === undefined || nowMs - newest.askedMs >= this.#maxAgeMs / asksPerAge;
  }

  /** The revision that a read which begins now must not be before; `undefined`: nobody knows, only the primary may answer. */
  needed(nowMs: number): number | undefined {
    this.#observed = this.#observed.filter(({ askedMs }) => nowMs - askedMs <= this.#maxAgeMs);
    const oldest = this.#observed[0];
    return oldest && Math.max(oldest.revision, this.#shown);
  }
}
