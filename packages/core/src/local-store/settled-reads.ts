import type { CallOptions } from '../contract/store.js';
import { run, type Steps, wait } from '../util/steps.js';
import { untilAborted } from '../util/wait.js';
import type { Engine, EngineReader } from './engine.js';

/** Reads of an engine as of one moment, at which nothing has expired without being deleted. */
export class SettledReads {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  read<T>(options: CallOptions | undefined, work: (reader: EngineReader, nowMs: number) => Steps<T>): T | Promise<T> {
    const result = run(this.#settled(work, options?.signal));
    return result instanceof Promise ? untilAborted(result, options?.signal) : result;
  }

  *#settled<T>(work: (reader: EngineReader, nowMs: number) => Steps<T>, signal?: AbortSignal): Steps<T> {
    const engine = this.#engine;
    for (;;) {
      const nowMs = engine.now();
      const next = yield* wait(engine.nextExpiry());
      const isSettled = next === undefined || next > nowMs;
      if (isSettled || !(yield* this.#expire(signal))) return yield* wait(engine.read((reader) => work(reader, nowMs)));
    }
  }

  /** Commits deletions that are due. False where they cannot be written: reads leave out what has expired. */
  *#expire(signal: AbortSignal | undefined): Steps<boolean> {
    try {
      yield* wait(this.#engine.submit({ type: 'expire' }, signal));
      return true;
    } catch {
      signal?.throwIfAborted();
      return false;
    }
  }
}
