import type { Client, CompatServiceDefinition } from 'nice-grpc';
import {
  type CallOptions,
  type ClientMiddleware,
  composeClientMiddleware,
  type MethodDescriptor,
} from 'nice-grpc-common';

/** The middleware, the first one outermost, as one. */
export function compose(outer: ClientMiddleware, ...inner: ClientMiddleware[]): ClientMiddleware {
  return inner.reduce((all, each) => composeClientMiddleware(each, all), outer);
}

type Methods = Readonly<Record<string, MethodDescriptor>>;
type Send = (request: unknown, options?: CallOptions) => Promise<unknown>;
type Open = (request: unknown, options?: CallOptions) => AsyncIterable<unknown>;

/**
 * The client that `client` returns for each call, behind `middleware`. nice-grpc does the same where it makes a client of a channel; this does it to one that
 * is already made, so that a client in process gets the same retries, credentials and errors.
 */
export function withMiddleware<Service extends CompatServiceDefinition>(
  service: Service,
  client: (kind: 'unary' | 'stream') => Client<Service>,
  middleware: ClientMiddleware,
): Client<Service> {
  const methods = Object.entries(service as unknown as Methods).map(([name, definition]) => {
    const method: MethodDescriptor = {
      path: definition.path,
      requestStream: definition.requestStream,
      responseStream: definition.responseStream,
      options: definition.options,
    };
    const kind = definition.responseStream ? 'stream' : 'unary';
    const inner = (): unknown => client(kind)[name as keyof Client<Service>];
    return [
      name,
      kind === 'stream'
        ? streaming(method, (...args) => (inner() as Open)(...args), middleware)
        : unary(method, (...args) => (inner() as Send)(...args), middleware),
    ];
  });
  return Object.fromEntries(methods) as Client<Service>;
}

function unary(method: MethodDescriptor, send: Send, middleware: ClientMiddleware): Send {
  async function* next(request: unknown, options: CallOptions): AsyncGenerator<never, unknown, undefined> {
    yield* [];
    return await send(request, options);
  }
  return async (request, options = {}) => {
    const call = middleware({ method, requestStream: false, request, responseStream: false, next }, options);
    const answer = await call.next();
    if (answer.done && answer.value != null) return answer.value;
    throw new TypeError(`a client middleware did not return the answer of ${method.path}`);
  };
}

function streaming(method: MethodDescriptor, open: Open, middleware: ClientMiddleware): Open {
  async function* next(request: unknown, options: CallOptions): AsyncGenerator<unknown, void, undefined> {
    yield* open(request, options);
  }
  return (request, options = {}) =>
    middleware({ method, requestStream: false, request, responseStream: true, next }, options);
}
