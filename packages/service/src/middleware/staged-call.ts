import type { Call } from '../call.js';
import type { Stage } from './stage.js';

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
  #stages: readonly Stage[];
  #call: Call;
  #open: () => Inner<Response>;
  #inner: Inner<Response> | undefined;
  #left = false;

  constructor(stages: readonly Stage[], call: Call, open: () => Inner<Response>) {
    this.#stages = stages;
    this.#call = call;
    this.#open = open;
  }

  next(): Promise<Result<Response>> {
    if (this.#inner !== undefined) return this.#inner.next().then(this.#pass, this.#fail);
    if (this.#left) return Promise.resolve({ done: true, value: undefined });
    try {
      const waiting = this.#enter(0);
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

  #enter(from: number): undefined | Promise<void> {
    for (let at = from; at < this.#stages.length; at += 1) {
      const waiting = this.#stages[at]?.enter?.(this.#call);
      if (waiting !== undefined) return waiting.then(() => this.#enter(at + 1));
    }
    return undefined;
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
    let error = cause;
    for (const stage of this.#stages.toReversed()) if (stage.fail) error = await stage.fail(this.#call, error);
    this.#leave(error);
    throw error;
  };

  #leave(error: unknown): void {
    if (this.#left) return;
    this.#left = true;
    this.#inner = undefined;
    for (const stage of this.#stages.toReversed()) stage.leave?.(this.#call, error);
  }
}
