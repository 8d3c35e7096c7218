import type { LimitName, Meter } from './http2/limits.js';

/** The counts of a server so far. */
export interface DoorMetrics {
  /** Connections that are open. */
  readonly connections: number;
  /** Connections that were ever accepted. */
  readonly connectionsAccepted: number;
  /** Connections that were closed because the client broke the protocol or a limit. */
  readonly connectionsFailed: number;
  /** Calls that are under way. */
  readonly calls: number;
  /** Calls that ever began. */
  readonly callsBegun: number;
  /** How often each limit was reached; one that never was is not among them. */
  readonly limits: Readonly<Partial<Record<LimitName, number>>>;
}

/** Counts for {@link DoorMetrics}. */
export class Metrics implements Meter {
  #connections = 0;
  #accepted = 0;
  #failed = 0;
  #calls = 0;
  #begun = 0;
  #limits: Partial<Record<LimitName, number>> = {};

  snapshot(): DoorMetrics {
    return {
      connections: this.#connections,
      connectionsAccepted: this.#accepted,
      connectionsFailed: this.#failed,
      calls: this.#calls,
      callsBegun: this.#begun,
      limits: { ...this.#limits },
    };
  }

  connectionOpened(): void {
    this.#connections += 1;
    this.#accepted += 1;
  }

  connectionClosed(): void {
    this.#connections -= 1;
  }

  limited(limit: LimitName): void {
    this.#limits[limit] = (this.#limits[limit] ?? 0) + 1;
  }

  streamOpened(): void {
    this.#calls += 1;
    this.#begun += 1;
  }

  streamClosed(): void {
    this.#calls -= 1;
  }

  connectionFailed(): void {
    this.#failed += 1;
  }
}
