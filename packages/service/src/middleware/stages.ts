import type { Call } from '../call.js';
import type { Stage } from './stage.js';

/** Several stages in their order, sorted once by what they do: most calls meet few of them. */
export class Stages {
  #entering: readonly Stage[];
  #failing: readonly Stage[];
  #leaving: readonly Stage[];

  constructor(stages: readonly Stage[]) {
    const inwards = stages.toReversed();
    this.#entering = stages.filter(({ enter }) => enter !== undefined);
    this.#failing = inwards.filter(({ fail }) => fail !== undefined);
    this.#leaving = inwards.filter(({ leave }) => leave !== undefined);
  }

  enter(call: Call, from = 0): undefined | Promise<void> {
    for (let at = from; at < this.#entering.length; at += 1) {
      const waiting = this.#entering[at]?.enter?.(call);
      if (waiting !== undefined) return waiting.then(() => this.enter(call, at + 1));
    }
    return undefined;
  }

  /** What the caller gets in place of `cause`. */
  async fail(call: Call, cause: unknown): Promise<unknown> {
    let error = cause;
    for (const stage of this.#failing) error = await stage.fail?.(call, error);
    return error;
  }

  leave(call: Call, error: unknown): void {
    for (const stage of this.#leaving) stage.leave?.(call, error);
  }
}
