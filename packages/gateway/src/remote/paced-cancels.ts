import { untilAborted } from '@cfg/core/store';
import type { ClientMiddleware } from 'nice-grpc-common';

/** Cancels that a connection bears: half of what servers on Node's HTTP/2 do, before they take it for an attack and end it. */
const burst = 500;
const perSecond = 15;

/**
 * Lets callers of a stream go at once, and cancels the stream itself no faster than its server bears: however many leave at a
 * time, the others on the connection do not notice. Until its turn comes a stream is read no further.
 */
export function pacedCancels(): ClientMiddleware {
  const pace = new Pace();
  return async function* pacedCancels(call, options) {
    if (!call.responseStream) return yield* call.next(call.request, options);
    const { signal } = options;
    const controller = new AbortController();
    const answers = call.next(call.request, { ...options, signal: controller.signal });
    let isOver = false;
    try {
      for (;;) {
        const answer = await untilAborted(answers.next(), signal);
        if (answer.done) break;
        yield answer.value;
      }
      isOver = true;
      return;
    } catch (error) {
      isOver = !signal?.aborted;
      throw error;
    } finally {
      if (!isOver) pace.run(() => controller.abort());
    }
  };
}

/** Runs things as they come, up to a burst, and then at a steady rate. */
class Pace {
  #left = burst;
  #countedMs = performance.now();
  readonly #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  run(work: () => void): void {
    this.#waiting.push(work);
    this.#work();
  }

  #work(): void {
    const nowMs = performance.now();
    this.#left = Math.min(this.#left + ((nowMs - this.#countedMs) * perSecond) / 1_000, burst);
    this.#countedMs = nowMs;
    while (this.#waiting.length > 0 && this.#left >= 1) {
      this.#left -= 1;
      this.#waiting.shift()?.();
    }
    if (this.#waiting.length === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#work();
    }, 1_000 / perSecond).unref();
  }
}
