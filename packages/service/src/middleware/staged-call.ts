import type { Call } from '../call.js';
import type { Stages } from './stages.js';

type Result<Response> = IteratorResult<Response, Response | undefined>;

/** The inner part that the stages surround: the next middleware, or a handler's stream. */
export interface Inner<Response> {
  next(): Promise<Result<Response>>;
  /** The next answer if it is at hand. */
  take?(): Response | undefined;
  /** As `ChangeStream.whenReady`. */
  whenReady?(ready: () => void): boolean;
  return?(value: undefined): Promise<Result<Response>>;
  throw?(error: unknown): Promise<Result<Response>>;
}

/**
 * A call between its stages and its handler, as nice-grpc wants it: a generator that returns the answer, or yields those
 * of a stream. Written by hand, because each generator around a stream costs every message several promises.
 */
export class StagedCall<Response> implements AsyncGenerator<Response, Response | undefined, undefined> {
  #stages: Stages;
  #call: Call;
  #open: () => Inner<Response>;
  #inner: Inner<Response> | undefined;
  #left = false;

  constructor(stages: Stages, call: Call, open: () => Inner<Response>) {
    this.#stages = stages;
    this.#call = call;
    this.#open = open;
  }

  next(): Promise<Result<Response>> {
    if (this.#inner !== undefined) return this.#inner.next().then(this.#pass, this.#fail);
    if (this.#left) return Promise.resolve({ done: true, value: undefined });
    try {
      const waiting = this.#stages.enter(this.#call);
      const started = waiting === undefined ? this.#start() : waiting.then(() => this.#start());
      return started.then(this.#pass, this.#fail);
    } catch (error) {
      return this.#fail(error);
    }
  }

  take(): Response | undefined {
    return this.#inner?.take?.();
  }

  whenReady(ready: () => void): boolean {
    return this.#inner?.whenReady?.(ready) ?? false;
  }

  async return(): Promise<Result<Response>> {
    try {
      await this.#inner?.return?.(undefined);
      return { done: true, value: undefined };
    } finally {
      this.#leave();
    }
  }

  throw(error: unknown): Promise<Result<Response>> {
    if (this.#inner?.throw === undefined) return this.#fail(error);
    return this.#inner.throw(error).then(this.#pass, this.#fail);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #start(): Promise<Result<Response>> {
    if (this.#left) return Promise.resolve({ done: true, value: undefined });
    this.#inner = this.#open();
    return this.#inner.next();
  }

  #pass = (result: Result<Response>): Result<Response> => {
    if (result.done) this.#leave();
    return result;
  };

  #fail = (cause: unknown): Promise<never> => {
    if (this.#left) return Promise.reject(cause);
    this.#left = true;
    this.#inner = undefined;
    return Promise.reject(this.#stages.fail(this.#call, cause));
  };

  #leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#inner = undefined;
    this.#stages.leave(this.#call);
  }
}
