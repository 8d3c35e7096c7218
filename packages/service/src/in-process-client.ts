import { ConfigOperationsDefinition, ConfigServiceDefinition, type Encoded, type MethodDefinition } from '@cfg/proto';
import type { Client } from 'nice-grpc';
import type { CallContext, CallOptions } from 'nice-grpc-common';
import type { ConfigService } from './config-service.js';
import { callEnded, untilAborted } from './deadline.js';
import { type CallerOptions, InProcessCall } from './in-process-call.js';
import { InProcessStream } from './in-process-stream.js';

export interface InProcessClientOptions {
  /** The caller's address, as guards and logs see it. Default `in-process`. A call's own `peer` wins. */
  readonly peer?: string | undefined;
}

/** Options of a call of an in-process client, beyond nice-grpc's call options. */
export type InProcessCallOptions = CallerOptions;

export type InProcessClient = Client<ConfigServiceDefinition, InProcessCallOptions>;

export interface InProcessClients {
  readonly service: InProcessClient;
  readonly operations: Client<ConfigOperationsDefinition, InProcessCallOptions>;
  /**
   * Lets a unary call in before its request is there, for doors that read requests: the call is authenticated, and
   * rejects as it would. Give what it returns to the call as its option `admitted`, or abandon it.
   */
  admit(path: string, options: CallOptions & InProcessCallOptions): Promise<AdmittedInProcess>;
}

/** A call that was let in, and is to be made or abandoned. */
export interface AdmittedInProcess {
  readonly admitted: InProcessCall;
  abandon(cause: unknown): void;
}

type Options = CallOptions & InProcessCallOptions;
type Method = Pick<MethodDefinition<object, unknown, boolean>, 'path' | 'responseStream'> & {
  requestFromPartial(request: never): object;
};
type Implementation = Readonly<Record<string, (request: object, context: CallContext) => never>>;

/**
 * Makes nice-grpc clients of a service in the same process: no socket and no serialization, but the same stages, the
 * same errors (`RichClientError` with the details), headers and trailers. Answers are shared with others who ask for the
 * same: do not change them.
 *
 * @example
 * const { service: client } = createInProcessClients(createConfigService(store, { guard: allowAll() }));
 * const { entry } = await client.get({ namespace: 'production', key: 'app/timeout' });
 */
export function createInProcessClients(service: ConfigService, options: InProcessClientOptions = {}): InProcessClients {
  const peer = options.peer ?? 'in-process';
  return {
    service: clientOf(ConfigServiceDefinition, service, peer),
    operations: clientOf(ConfigOperationsDefinition, service.operations, peer),
    async admit(path, options) {
      const admitted = new InProcessCall(path, peer, options);
      try {
        const { abandon } = await service.admit(path, admitted);
        return { admitted, abandon };
      } catch (error) {
        admitted.finish();
        throw error;
      }
    },
  };
}

/** The client of the first service alone: see {@link createInProcessClients}. */
export function createInProcessClient(service: ConfigService, options: InProcessClientOptions = {}): InProcessClient {
  return createInProcessClients(service, options).service;
}

/**
 * The client of another service of the same process, such as one that `service.within` made.
 *
 * @param peer the caller's address, as guards and logs see it
 */
export function clientOf<T>(
  definition: Readonly<Record<string, Method>>,
  implementation: object,
  peer: string = 'in-process',
): T {
  const methods = Object.entries(definition).map(([name, rpc]) => {
    const { path, responseStream } = rpc;
    const method = (implementation as Implementation)[name] as Implementation[string];
    const complete = (request: object): object => rpc.requestFromPartial(request as never);
    return [name, responseStream ? streaming(path, complete, method, peer) : unary(path, complete, method, peer)];
  });
  return Object.fromEntries(methods) as T;
}

function unary<Response>(
  path: string,
  complete: (request: object) => object,
  method: (request: object, context: CallContext) => Promise<Response | Encoded<Response>>,
  peer: string,
): (request: object, options?: Options) => Promise<Response> {
  return (request, options = {}) =>
    new Promise((resolve, reject) => {
      if (options.onCancel === undefined && options.signal?.aborted) throw callEnded();
      const call = options.admitted ?? new InProcessCall(path, peer, options);
      const fail = (error: unknown): void => {
        call.finish();
        reject(error);
      };
      const answer = (response: Response | Encoded<Response>): void => {
        try {
          resolve(call.answer(response));
        } catch (error) {
          reject(error);
        } finally {
          call.finish();
        }
      };
      try {
        waitFor(method(complete(request), call), options).then(answer, fail);
        options.onCancel?.(() => fail(callEnded()));
      } catch (error) {
        fail(error);
      }
    });
}

function waitFor<T>(answer: Promise<T>, options: Options): Promise<T> {
  const { onCancel, signal } = options;
  return onCancel !== undefined || signal === undefined ? answer : untilAborted(answer, signal);
}

function streaming<Response>(
  path: string,
  complete: (request: object) => object,
  method: (request: object, context: CallContext) => AsyncIterable<Response | Encoded<Response>, void>,
  peer: string,
): (request: object, options?: Options) => AsyncIterable<Response> {
  return (request, options = {}) => {
    const whole = complete(request);
    return new InProcessStream(path, peer, options, (context) => method(whole, context));
  };
}
