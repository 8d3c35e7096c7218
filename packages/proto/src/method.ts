import { decodeRequest } from './decode-request.js';
import { Encoded, Undecodable } from './encoded.js';
import { type Messages, messageTypes } from './gen/messages.js';

type Partially<T> = T extends (infer U)[]
  ? Partially<U>[]
  : T extends Uint8Array
    ? T
    : T extends object
      ? { [K in keyof T]?: Partially<T[K]> | undefined }
      : T;

/** One method in nice-grpc's raw form. Answers may be messages or their ready bytes ({@link Encoded}). */
export interface MethodDefinition<
  Request,
  Response,
  Streaming extends boolean,
  RequestStreaming extends boolean = false,
> {
  path: string;
  requestStream: RequestStreaming;
  responseStream: Streaming;
  /** The whole request of a part of it, as a client in the same process needs it. */
  requestFromPartial(value: Partially<Request>): Request;
  requestSerialize(value: Partially<Request>): Uint8Array;
  requestDeserialize(bytes: Uint8Array): Request;
  responseSerialize(value: Response | Encoded<Response>): Uint8Array;
  responseDeserialize(bytes: Uint8Array): Response;
  options: { idempotencyLevel?: 'IDEMPOTENT' | 'NO_SIDE_EFFECTS' };
}

/** Makes the definition of a method from its path and the full names of its messages. */
export function method<
  Request extends keyof Messages,
  Response extends keyof Messages,
  Streaming extends boolean,
  RequestStreaming extends boolean,
>(
  path: string,
  requestType: Request,
  responseType: Response,
  options: MethodDefinition<Messages[Request], Messages[Response], Streaming>['options'],
  responseStream: Streaming,
  requestStream: RequestStreaming,
): MethodDefinition<Messages[Request], Messages[Response], Streaming, RequestStreaming> {
  const request = messageTypes[requestType];
  const response = messageTypes[responseType];
  return {
    path,
    requestStream,
    responseStream,
    requestFromPartial: (value) => request.fromPartial(value as never),
    requestSerialize: (value) => request.encode(request.fromPartial(value as never)).finish(),
    requestDeserialize: (bytes) => {
      try {
        return decodeRequest(request, requestType, bytes);
      } catch (error) {
        return new Undecodable(error) as never;
      }
    },
    responseSerialize: (value) => (value instanceof Encoded ? value.bytes : response.encode(value).finish()),
    responseDeserialize: (bytes) => response.decode(bytes),
    options,
  };
}
