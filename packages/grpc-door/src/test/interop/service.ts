import { setTimeout as sleep } from 'node:timers/promises';
import { create, type DescMethod, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { type CallContext, ServerError, type ServiceDefinition } from 'nice-grpc';
import { testService } from './proto.js';

/** As far as the cases look into the messages. */
export type TestMessage = Message & {
  responseSize?: number;
  payload?: { body: Uint8Array };
  responseStatus?: { code: number; message: string };
  responseParameters?: { size: number; intervalUs: number }[];
  aggregatedPayloadSize?: number;
};

const definitionOf = (method: DescMethod): ServiceDefinition[string] => ({
  path: `/${testService.typeName}/${method.name}`,
  requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
  responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
  requestSerialize: (request) => toBinary(method.input, request),
  requestDeserialize: (bytes) => fromBinary(method.input, bytes),
  responseSerialize: (response) => toBinary(method.output, create(method.output, response)),
  responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  options: {},
});

const served = testService.methods.filter(({ name }) => name !== 'UnimplementedCall');

/** `grpc.testing.TestService`, all but `UnimplementedCall`. */
export const TestServiceDefinition: ServiceDefinition = Object.fromEntries(
  served.map((method) => [method.localName, definitionOf(method)]),
);

const payloadOf = (size: number): object => ({ payload: { body: new Uint8Array(size) } });

/** Does what the descriptions of the interop cases ask of a server. */
export const testServiceImplementation = {
  emptyCall: async (_request: TestMessage, context: CallContext): Promise<object> => {
    echoMetadata(context);
    return {};
  },
  unaryCall: async (request: TestMessage, context: CallContext): Promise<object> => {
    echoMetadata(context);
    failIfAsked(request);
    return payloadOf(request.responseSize ?? 0);
  },
  streamingOutputCall: async function* (request: TestMessage): AsyncGenerator<object> {
    yield* responses(request);
    failIfAsked(request);
  },
  streamingInputCall: async (requests: AsyncIterable<TestMessage>): Promise<object> => {
    let aggregatedPayloadSize = 0;
    for await (const { payload } of requests) aggregatedPayloadSize += payload?.body.length ?? 0;
    return { aggregatedPayloadSize };
  },
  fullDuplexCall: async function* (requests: AsyncIterable<TestMessage>, context: CallContext): AsyncGenerator<object> {
    echoMetadata(context);
    for await (const request of requests) {
      failIfAsked(request);
      yield* responses(request);
    }
  },
};

async function* responses({ responseParameters = [] }: TestMessage): AsyncGenerator<object> {
  for (const { size, intervalUs } of responseParameters) {
    if (intervalUs > 0) await sleep(intervalUs / 1_000);
    yield payloadOf(size);
  }
}

function failIfAsked({ responseStatus }: TestMessage): void {
  if (responseStatus !== undefined && responseStatus.code !== 0) {
    throw new ServerError(responseStatus.code, responseStatus.message);
  }
}

function echoMetadata({ metadata, header, trailer }: CallContext): void {
  const initial = metadata.get('x-grpc-test-echo-initial');
  if (initial !== undefined) header.set('x-grpc-test-echo-initial', initial);
  const trailing = metadata.get('x-grpc-test-echo-trailing-bin');
  if (trailing !== undefined) trailer.set('x-grpc-test-echo-trailing-bin', trailing);
}
