import type { Logger } from '@cfg/core';
import { Encoded, type MethodDefinition } from '@cfg/proto';
import { type Channel, ChannelCredentials, Client, Metadata as GrpcMetadata, type ServiceError } from '@grpc/grpc-js';
import { type CallOptions, ClientError, type Metadata, Status } from 'nice-grpc-common';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { callCancelled } from '../cancellation.js';
import type { ServiceCallOptions } from '../service-call.js';
import { KeptBytes } from './kept-bytes.js';
import { ReceivedMetadata } from './received-metadata.js';
import { neutralized } from './unreachable.js';

/** A method in its general form; which messages it takes, only its caller knows. */
type Method = Pick<MethodDefinition<object, object, boolean>, 'path' | 'responseStream' | 'responseDeserialize'> & {
  requestSerialize(request: never): Uint8Array;
};
type UnaryMethod = (request: object, options?: ServiceCallOptions) => Promise<object>;

/** How many bytes of answers are kept: what is made of them takes about three times as much. */
const maxKeptBytes = 8 * 1024 * 1024;

/**
 * Makes unary calls as a nice-grpc client with the middleware of a connection makes them, at less cost: options are read
 * when they are needed, and what is to be known about errors is worked out for errors alone. Of {@link ServiceCallOptions} it
 * heeds `onCancel` in place of `signal`.
 */
export class UnaryCalls {
  readonly #client: Client;
  readonly #logger: Logger;
  readonly #kept = new KeptBytes(maxKeptBytes);

  /** The channel stays its owner's to close. */
  constructor(channel: Channel, logger: Logger) {
    this.#client = new Client('', ChannelCredentials.createInsecure(), { channelOverride: channel });
    this.#logger = logger;
  }

  /** The unary methods of a service, by their names. */
  of(definition: Readonly<Record<string, Method>>): Readonly<Record<string, UnaryMethod>> {
    const unary = Object.entries(definition).filter(([, { responseStream }]) => !responseStream);
    return Object.fromEntries(unary.map(([name, method]) => [name, this.#unary(method)]));
  }

  #unary(method: Method): UnaryMethod {
    return (request, options = {}) =>
      new Promise((resolve, reject) => {
        const asked = Buffer.from(method.requestSerialize(request as never));
        let header: GrpcMetadata | undefined;
        const settle = (error: ServiceError | null, bytes?: Buffer): void => {
          if (bytes === undefined) this.#failure(method.path, error, header).then(reject, reject);
          else settleBy(() => this.#answer(method, asked, bytes, options.encoded), resolve, reject);
        };
        const call = this.#client.makeUnaryRequest(method.path, asIs, asIs, asked, sent(options.metadata), settle);
        call.on('metadata', (metadata) => {
          header = metadata;
          options.onHeader?.(new ReceivedMetadata(metadata));
        });
        call.on('status', ({ metadata }) => options.onTrailer?.(new ReceivedMetadata(metadata)));
        options.onCancel?.(() => {
          call.cancel();
          reject(callCancelled());
        });
      });
  }

  #answer(method: Method, asked: Buffer, bytes: Buffer, encoded: boolean | undefined): object {
    if (encoded !== true) return decoded(method, bytes);
    const kept = this.#kept.same(`${method.path} ${asked.toString('latin1')}`, bytes);
    return new Encoded(kept, () => decoded(method, kept));
  }

  /** The error for the caller: a `RichClientError` where the server gives details. */
  async #failure(path: string, error: ServiceError | null, header: GrpcMetadata | undefined): Promise<unknown> {
    if (error === null || typeof error.code !== 'number') return error;
    const { code, details, metadata: trailer } = error;
    const gotHeaders = [header, trailer].some((each) => each !== undefined && Object.keys(each.getMap()).length > 0);
    const failure = neutralized(new ClientError(path, code as number, details), gotHeaders, this.#logger);
    return withDetails(failure, new ReceivedMetadata(trailer));
  }
}

const asIs = (bytes: Buffer): Buffer => bytes;

function settleBy<T>(answer: () => T, resolve: (value: T) => void, reject: (error: unknown) => void): void {
  try {
    resolve(answer());
  } catch (error) {
    reject(error);
  }
}

function decoded(method: Method, bytes: Uint8Array): object {
  try {
    return method.responseDeserialize(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ClientError(method.path, Status.INTERNAL, `Response message parsing error: ${why}`);
  }
}

function sent(metadata: Metadata | undefined): GrpcMetadata {
  const result = new GrpcMetadata();
  if (metadata === undefined) return result;
  for (const [name, values] of metadata) {
    for (const value of values) result.add(name, typeof value === 'string' ? value : Buffer.from(value));
  }
  return result;
}

/** The library has its reading of details in a middleware only. */
async function withDetails(failure: ClientError, trailer: Metadata): Promise<unknown> {
  if (!trailer.has('grpc-status-details-bin')) return failure;
  const call = {
    request: {},
    async *next(_request: object, { onTrailer }: CallOptions): AsyncGenerator<never, void, undefined> {
      onTrailer?.(trailer);
      yield await Promise.reject(failure);
    },
  };
  return errorDetailsClientMiddleware(call as never, {})
    .next()
    .then(
      () => failure,
      (error: unknown) => error,
    );
}
