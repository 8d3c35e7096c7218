import type { Logger } from '@cfg/core';
import type { AuditEvent, Auditor } from './auditor.js';

/** How many events an auditor has got, and how many it has not. */
export interface AuditStats {
  readonly recorded: number;
  /** The auditor failed. */
  readonly failed: number;
  /** There was no room for them. */
  readonly dropped: number;
}

/** Events of one call of the auditor. */
const maxBatch = 1_000;

/** Hands events to an auditor in order, one batch at a time, while the calls go on. */
export class AuditQueue {
  readonly #auditor: Auditor;
  readonly #maxWaiting: number;
  readonly #logger: Logger;
  #waiting: AuditEvent[] = [];
  #running: Promise<void> | undefined;
  #recorded = 0;
  #failed = 0;
  #dropped = 0;

  constructor(auditor: Auditor, maxWaiting: number, logger: Logger) {
    this.#auditor = auditor;
    this.#maxWaiting = maxWaiting;
    this.#logger = logger;
  }

  get stats(): AuditStats {
    return { recorded: this.#recorded, failed: this.#failed, dropped: this.#dropped };
  }

  add(event: AuditEvent): void {
    if (this.#waiting.length >= this.#maxWaiting) {
      if (this.#dropped === 0) this.#logger.error({}, 'the auditor is too slow: events are dropped');
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(event);
    this.#running ??= this.#run();
  }

  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // Records of the same turn go together.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const events = this.#waiting.splice(0, maxBatch);
      try {
        await this.#auditor.record(events);
        this.#recorded += events.length;
      } catch (error) {
        this.#failed += events.length;
        this.#logger.error({ err: error, events: events.length }, 'events could not be audited');
      }
    }
    this.#running = undefined;
  }
}
