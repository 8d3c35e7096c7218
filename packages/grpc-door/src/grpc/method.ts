import type { MethodDefinition } from 'nice-grpc';
import {
  type CallContext,
  type MethodDescriptor,
  ServerError,
  type ServerMiddleware,
  type ServerMiddlewareCall,
  Status,
} from 'nice-grpc-common';
import type { Admit } from './admission.js';
import { messageOf } from './status.js';

export type AnyMethodDefinition = MethodDefinition<unknown, unknown, unknown, unknown>;

/** An implementation of any shape. What comes in and goes out is what its definition says. */
export type AnyImplementation = (request: never, context: CallContext) => unknown;

/** How a method is called. */
export interface MethodOptions {
  /** Whether its context may be one whose parts are made when asked for. */
  readonly lazyContext: boolean;
  readonly admit: Admit | undefined;
}

/** One method, ready to be called. */
export interface Method extends MethodOptions {
  readonly definition: AnyMethodDefinition;
  /** For one with a single answer: it, or a promise of it. */
  answer(request: unknown, context: CallContext): unknown;
  /** For one with a stream of answers. */
  answers(request: unknown, context: CallContext): AsyncIterator<unknown, unknown, undefined>;
}

/** Joins a method's definition with its implementation and the middleware around it. */
export function makeMethod(
  definition: AnyMethodDefinition,
  implementation: AnyImplementation,
  middleware: ServerMiddleware | undefined,
  options: MethodOptions,
): Method {
  const run = implementation as (request: unknown, context: CallContext) => unknown;
  if (middleware === undefined) {
    return {
      ...options,
      definition,
      answer: run,
      answers: (request, context) => iteratorOf(run(request, context)),
    };
  }
  const begin = surround(definition, run, middleware);
  return {
    ...options,
    definition,
    answer: (request, context) => onlyResult(begin(request, context)),
    answers: (request, context) => new WithoutResult(begin(request, context)),
  };
}

/** The bytes of an answer. Throws INTERNAL for one that cannot be. */
export function serialize(definition: AnyMethodDefinition, answer: unknown): Uint8Array {
  try {
    return definition.responseSerialize(answer);
  } catch (error) {
    throw new ServerError(Status.INTERNAL, `Error serializing response: ${messageOf(error)}`);
  }
}

type Generator = AsyncGenerator<unknown, unknown, undefined>;

function surround(
  definition: AnyMethodDefinition,
  run: (request: unknown, context: CallContext) => unknown,
  middleware: ServerMiddleware,
): (request: unknown, context: CallContext) => Generator {
  const { path, requestStream, responseStream, options } = definition;
  const method: MethodDescriptor = { path, requestStream, responseStream, options };
  const next = async function* (request: unknown, context: CallContext): Generator {
    if (isAsyncIterable(request) !== requestStream) {
      throw new Error(`A middleware passed invalid request to next(): ${requestStream ? 'a message' : 'a stream'}`);
    }
    if (!responseStream) return await run(request, context);
    yield* run(request, context) as AsyncIterable<unknown>;
    return undefined;
  };
  return (request, context) => {
    const call = { method, requestStream, request, responseStream, next } as ServerMiddlewareCall<unknown, unknown>;
    return middleware(call, context) as Generator;
  };
}

/** The return value of a generator that must not yield. */
async function onlyResult(generator: Generator): Promise<unknown> {
  let result = await generator.next();
  for (;;) {
    if (!result.done) {
      const yielded = 'A middleware yielded a message, but expected to only return a message for unary method';
      result = await generator.throw(new Error(yielded));
    } else if (result.value == null) {
      throw new Error('A middleware returned void, but expected to return a message for unary method');
    } else {
      return result.value;
    }
  }
}

/** The answers that a generator yields which must not return any. */
class WithoutResult implements AsyncIterator<unknown, unknown, undefined> {
  #generator: Generator;

  constructor(generator: Generator) {
    this.#generator = generator;
  }

  next(): Promise<IteratorResult<unknown, unknown>> {
    return this.#generator.next().then(withoutResult);
  }

  return(): Promise<IteratorResult<unknown, unknown>> {
    return this.#generator.return(undefined);
  }

  throw(error: unknown): Promise<IteratorResult<unknown, unknown>> {
    return this.#generator.throw(error);
  }
}

function withoutResult(result: IteratorResult<unknown, unknown>): IteratorResult<unknown, unknown> {
  if (!result.done || result.value == null) return result;
  throw new Error('A middleware returned a message, but expected to return void for server streaming method');
}

function iteratorOf(answers: unknown): AsyncIterator<unknown, unknown, undefined> {
  return (answers as AsyncIterable<unknown>)[Symbol.asyncIterator]() as AsyncIterator<unknown, unknown, undefined>;
}

const isAsyncIterable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
