import { type Encoded, Undecodable } from '@cfg/proto';
import type { CallContext } from 'nice-grpc-common';
import type { Authorizer } from './authorizer.js';
import { Call } from './call.js';
import type { Handler } from './handlers/handler.js';
import { type Inner, StagedCall } from './middleware/staged-call.js';
import type { Stage } from './middleware/stage.js';
import { Stages } from './middleware/stages.js';
import { invalidArgument } from './status.js';

type Unary<Request, Response> = (request: Request, context: CallContext) => Promise<Response | Encoded<Response>>;
type Streaming<Request, Response> = (
  request: Request,
  context: CallContext,
) => AsyncIterableIterator<Response, void, undefined>;

/**
 * Makes handlers into the methods of a nice-grpc implementation. A method runs within the service's stages in any case:
 * where the server has the service's middleware, a call has been through them; where not (or in process), it goes
 * through them here. So there is no door that forgets to authenticate.
 */
export class Methods {
  #stages: Stages;
  #authorizer: Authorizer;

  constructor(stages: readonly Stage[], authorizer: Authorizer) {
    this.#stages = new Stages(stages);
    this.#authorizer = authorizer;
  }

  unary<Request, Response>(path: string, handler: Handler<Request, Response>): Unary<Request, Response> {
    const handle: Handler<Request, Response> = (request, call) =>
      request instanceof Undecodable ? Promise.reject(malformed(request)) : handler(request, call);
    return (request, context) => {
      const call = Call.of(context, path);
      if (this.#staged(call)) return handle(request, call);
      const inner = { next: () => handle(request, call).then(last) };
      return new StagedCall(this.#stages, call, () => inner).next().then(answerOf) as ReturnType<typeof handle>;
    };
  }

  streaming<Request, Response>(
    path: string,
    handler: (request: Request, call: Call) => AsyncIterableIterator<Response, void, undefined>,
  ): Streaming<Request, Response> {
    const handle = (request: Request, call: Call): AsyncIterableIterator<Response, void, undefined> => {
      if (request instanceof Undecodable) throw malformed(request);
      return handler(request, call);
    };
    return (request, context) => {
      const call = Call.of(context, path);
      if (this.#staged(call)) return handle(request, call);
      const open = (): Inner<Response> => handle(request, call) as Inner<Response>;
      return new StagedCall(this.#stages, call, open) as AsyncGenerator<Response, void, undefined>;
    };
  }

  #staged(call: Call): boolean {
    return call.recovered && call.authenticatedBy === this.#authorizer;
  }
}

const last = <T>(value: T): IteratorResult<never, T> => ({ done: true, value });

const answerOf = <T>(result: IteratorResult<unknown, T>): unknown => result.value;

function malformed({ cause }: Undecodable): Error {
  const why = cause instanceof Error ? cause.message : 'not a protobuf message';
  return invalidArgument(`malformed request: ${why}`);
}
