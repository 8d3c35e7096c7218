import type { Call } from '../call.js';
import type { Stages } from './stages.js';

type Result<Response> = IteratorResult<Response, Response | undefined>;

/** What a stage surrounds: the next middleware, or a handler. */
export interface Inner<Response> {
  next(): Promise<Result<Response>>;
  return?(value: undefined): Promise<Result<Response>>;
  throw?(error: unknown): Promise<Result<Response>>;
}

/**
 * A call between its stages and its handler, in the shape that nice-grpc wants: a generator that returns the answer, or
 * yields those of a stream. Written by hand, for each generator around a stream costs every message several promises.
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

  async return(): Promise<Result<Response>> {
    try {
      await this.#inner?.return?.(undefined);
      return { done: true, value: undefined };
    } finally {
      this.#leave(undefined);
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
    if (result.done) this.#leave(undefined);
    return result;
  };

  #fail = async (cause: unknown): Promise<never> => {
    const error = await this.#stages.fail(this.#call, cause);
    this.#leave(error);
    throw error;
  };

  #leave(error: unknown): void {
    if (this.#left) return;
    this.#left = true;
    this.#inner = undefined;
    this.#stages.leave(this.#call, error);
  }
}
