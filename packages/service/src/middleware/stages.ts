import type { Logger } from '@cfg/core';
import { ServerError, Status } from 'nice-grpc-common';
import type { Call } from '../call.js';
import { callEnded } from '../deadline.js';
import { statusOf } from '../status.js';
import type { Outcome, Stage } from './stage.js';

const ok: Outcome = { status: Status.OK };
const cancelled: Outcome = { status: Status.CANCELLED };

/** The stages of a service in their order, the first outermost, and the recovery from errors around them. */
export class Stages {
  readonly #stages: readonly Stage[];
  readonly #logger: Logger;

  constructor(stages: readonly Stage[], logger: Logger) {
    this.#stages = stages;
    this.#logger = logger;
  }

  enter(call: Call): undefined | Promise<void> {
    for (; call.entered < this.#stages.length; call.entered += 1) {
      const waiting = this.#stages[call.entered]?.enter?.(call);
      if (waiting) {
        return waiting.then(() => {
          call.entered += 1;
          return this.enter(call);
        });
      }
    }
    return undefined;
  }

  /** To be called once, when the call has its answer or nobody waits for one any more. */
  leave(call: Call): void {
    this.#leave(call, call.signal.aborted ? cancelled : ok);
  }

  /**
   * To be called once, when the call has failed. Returns the error that the caller gets in place of `cause`. What became
   * `internal error` is logged, because nobody else is told.
   */
  fail(call: Call, cause: unknown): Error {
    if (call.signal.aborted && !(cause instanceof ServerError)) {
      this.#leave(call, cancelled);
      return callEnded();
    }
    const status = statusOf(cause);
    const { code, details } = status;
    if (code === Status.INTERNAL) this.#logger.error({ err: cause, method: call.method }, 'call failed');
    const error = call.failure(status);
    this.#leave(call, { status: code, details, cause });
    return error;
  }

  #leave(call: Call, outcome: Outcome): void {
    while (call.entered > 0) {
      call.entered -= 1;
      try {
        this.#stages[call.entered]?.leave?.(call, outcome);
      } catch (error) {
        this.#logger.error({ err: error, method: call.method }, 'a stage failed at the end of a call');
      }
    }
  }
}
