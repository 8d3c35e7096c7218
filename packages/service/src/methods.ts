import type { Maybe } from '@cfg/core/store';
import { type Encoded, Undecodable } from '@cfg/proto';
import type { CallContext, ServerMiddleware, ServerMiddlewareCall } from 'nice-grpc-common';
import { Call } from './call.js';
import type { AskedGuard } from './guards/ask-guard.js';
import type { Handler, StreamHandler } from './handlers/handler.js';
import { isPromise } from './maybe.js';
import { type Inner, StagedCall } from './middleware/staged-call.js';
import type { Stages } from './middleware/stages.js';
import { invalidArgument } from './status.js';

type Unary<Request, Response> = (request: Request, context: CallContext) => Promise<Response | Encoded<Response>>;
type Streaming<Request, Response> = (
  request: Request,
  context: CallContext,
) => AsyncIterableIterator<Response, void, undefined>;

/** A call that has entered its stages, and whose request is still to come. */
export interface AdmittedCall {
  /** Ends it without a request: `cause` is why. */
  abandon(cause: unknown): void;
}

/** The methods of an implementation, of whatever service. */
type Implementation = Readonly<Record<string, (request: never, context: CallContext) => unknown>>;

/**
 * Makes handlers into methods of a nice-grpc implementation, plain functions of request and context. Every method runs
 * within the service's stages: a call that has come through the service's middleware is in them already, any other
 * enters them here. So there is no door that leaves them out.
 */
export class Methods {
  readonly #stages: Stages;
  readonly #guard: AskedGuard;

  constructor(stages: Stages, guard: AskedGuard) {
    this.#stages = stages;
    this.#guard = guard;
  }

  /** The stages as one nice-grpc middleware, for other services of the same server. */
  get middleware(): ServerMiddleware {
    return <Request, Response>(next: ServerMiddlewareCall<Request, Response>, context: CallContext) => {
      const call = new Call(this.#guard, context, next.method.path, next.request).pass();
      return new StagedCall<Response>(this.#stages, call, () => next.next(next.request, context) as Inner<Response>);
    };
  }

  /**
   * Lets a call enter its stages, authentication among them, before its request is read. Rejects as the call would. Call
   * the method with the same context then, or abandon it.
   */
  async admit(path: string, context: CallContext): Promise<AdmittedCall> {
    const call = new Call(this.#guard, context, path, undefined).pass();
    try {
      await this.#stages.enter(call);
    } catch (error) {
      throw this.#stages.fail(call, error);
    }
    call.admitted = true;
    return { abandon: (cause) => void this.#stages.fail(call, cause) };
  }

  unary<Request, Response>(path: string, { asks, answer }: Handler<Request, Response>): Unary<Request, Response> {
    return this.#unary(path, (request, call) => {
      if (request instanceof Undecodable) throw malformed(request);
      const waiting = call.authorize(asks(request));
      return waiting === undefined ? answer(request, call) : waiting.then(() => answer(request, call));
    });
  }

  streaming<Request, Response>(
    path: string,
    { asks, answer }: StreamHandler<Request, Response>,
  ): Streaming<Request, Response> {
    return this.#streaming(path, (request, call) => {
      if (request instanceof Undecodable) throw malformed(request);
      return answer(request, call, async () => call.authorize(asks(request)));
    });
  }

  /** The methods of another service, within the stages. The guard is not asked what the caller may do. */
  within<T extends object>(
    methods: Readonly<Record<string, { readonly path: string; readonly responseStream: boolean }>>,
    implementation: T,
  ): T {
    const staged = Object.entries(methods).map(([name, { path, responseStream }]) => {
      const method = (implementation as Implementation)[name]?.bind(implementation) as (
        request: unknown,
        context: CallContext,
      ) => never;
      const run = (request: unknown, { context }: Call): never => method(request, context);
      return [name, responseStream ? this.#streaming(path, run) : this.#unary(path, run)];
    });
    return Object.fromEntries(staged) as T;
  }

  #unary<Request, Response>(
    path: string,
    handle: (request: Request, call: Call) => Maybe<Response>,
  ): (request: Request, context: CallContext) => Promise<Response> {
    const stages = this.#stages;
    const run = (request: Request, call: Call): Promise<Response> => {
      const left = (response: Response): Response => {
        stages.leave(call);
        return response;
      };
      const failed = (error: unknown): never => {
        throw stages.fail(call, error);
      };
      try {
        const waiting = call.admitted ? undefined : stages.enter(call);
        const answering = waiting === undefined ? handle(request, call) : waiting.then(() => handle(request, call));
        return isPromise(answering) ? answering.then(left, failed) : Promise.resolve(left(answering));
      } catch (error) {
        return Promise.reject(stages.fail(call, error));
      }
    };
    return (request, context) => {
      const known = Call.passedWith(this.#guard, context);
      if (known === undefined) return run(request, new Call(this.#guard, context, path, request));
      if (known.admitted) {
        known.request = request;
        return run(request, known);
      }
      return new Promise((resolve) => resolve(handle(request, known)));
    };
  }

  #streaming<Request, Response>(
    path: string,
    open: (request: Request, call: Call) => AsyncIterableIterator<Response, void, undefined>,
  ): Streaming<Request, Response> {
    return (request, context) => {
      const known = Call.passedWith(this.#guard, context);
      if (known !== undefined && !known.admitted) return open(request, known);
      const call = known ?? new Call(this.#guard, context, path, request);
      call.request = request;
      const staged = new StagedCall(this.#stages, call, () => open(request, call) as Inner<Response>);
      return staged as AsyncGenerator<Response, void, undefined>;
    };
  }
}

function malformed({ cause }: Undecodable): Error {
  const why = cause instanceof Error ? cause.message : 'not a protobuf message';
  return invalidArgument(`malformed request: ${why}`);
}
