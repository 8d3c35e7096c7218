import type { Encoded } from '@cfg/proto';
import type { CallContext, CallOptions } from 'nice-grpc-common';
import { callEnded } from './deadline.js';
import { type CallerOptions, InProcessCall } from './in-process-call.js';

type Answer<Response> = Response | Encoded<Response>;
type Answers<Response> = AsyncIterator<Answer<Response>, void> & {
  take?(): Answer<Response> | undefined;
  whenReady?(ready: () => void): boolean;
};
type Source<Response> = { [Symbol.asyncIterator](): Answers<Response> };

/** The caller's side of a stream within the process. It begins with the first read, and ends when it is left. */
export class InProcessStream<Response> implements AsyncIterableIterator<Response, void, undefined> {
  #open: (context: CallContext) => Source<Response>;
  #call: InProcessCall;
  #signal: AbortSignal | undefined;
  #inner: Answers<Response> | undefined;
  #ended = false;
  #stop = new AbortController();

  constructor(
    path: string,
    peer: string,
    options: CallOptions & CallerOptions,
    open: (context: CallContext) => Source<Response>,
  ) {
    this.#open = open;
    this.#signal = options.signal;
    this.#call = new InProcessCall(path, peer, options, this.#stop.signal);
  }

  next(): Promise<IteratorResult<Response, void>> {
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    try {
      this.#inner ??= this.#begin();
      return this.#inner.next().then(this.#answer, this.#fail);
    } catch (error) {
      return this.#fail(error);
    }
  }

  /** The next answer if it is at hand. */
  take(): Response | undefined {
    if (this.#ended) return undefined;
    const answer = this.#inner?.take?.();
    return answer === undefined ? undefined : this.#call.answer(answer);
  }

  /** To be asked when {@link take} has nothing: see `ChangeStream.whenReady`. */
  whenReady(ready: () => void): boolean {
    return !this.#ended && (this.#inner?.whenReady?.(ready) ?? false);
  }

  async return(): Promise<IteratorResult<Response, void>> {
    this.#end();
    await this.#inner?.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #begin(): Answers<Response> {
    if (this.#signal?.aborted) throw callEnded();
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
    return this.#open(this.#call)[Symbol.asyncIterator]();
  }

  #abort = (): void => this.#stop.abort();

  #answer = (result: IteratorResult<Response | Encoded<Response>, void>): IteratorResult<Response, void> => {
    if (!result.done) return { done: false, value: this.#call.answer(result.value) };
    this.#end();
    return result;
  };

  #fail = (error: unknown): Promise<never> => {
    this.#end();
    return Promise.reject(error);
  };

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#abort();
    this.#call.finish();
  }
}
