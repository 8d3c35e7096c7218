/** Tells when something that was out of reach can be reached again. */
export interface Arrivals {
  /** How often it has come within reach so far. */
  readonly count: number;
  /** Settles once that has happened more often than `count` times; rejects with the signal's reason. */
  after(count: number, signal: AbortSignal): Promise<void>;
}
