import type {
  CompatServiceDefinition,
  GrpcJsServiceDefinition,
  ServiceDefinition,
  TsProtoServiceDefinition,
} from 'nice-grpc';
import type { AnyMethodDefinition } from './method.js';

/** The methods of a definition, each by its name, whichever of nice-grpc's three forms it has. */
export function methodsOf(definition: CompatServiceDefinition): [name: string, method: AnyMethodDefinition][] {
  if (isTsProto(definition)) return Object.entries(definition.methods).map((entry) => fromTsProto(definition, entry));
  const methods = Object.entries(definition as ServiceDefinition | GrpcJsServiceDefinition);
  return methods.map(([name, method]) => [name, 'options' in method ? method : fromGrpcJs(method)]);
}

function isTsProto(definition: CompatServiceDefinition): definition is TsProtoServiceDefinition {
  return 'fullName' in definition && 'methods' in definition && typeof definition.fullName === 'string';
}

function fromTsProto(
  { fullName }: TsProtoServiceDefinition,
  [name, method]: [string, TsProtoServiceDefinition['methods'][string]],
): [string, AnyMethodDefinition] {
  const { requestType, responseType, requestStream, responseStream, options } = method;
  const complete = (type: typeof requestType, value: unknown): unknown => type.fromPartial?.(value) ?? value;
  return [
    name,
    {
      path: `/${fullName}/${method.name}`,
      requestStream,
      responseStream,
      requestSerialize: (value) => requestType.encode(complete(requestType, value)).finish(),
      requestDeserialize: (bytes) => requestType.decode(bytes),
      responseSerialize: (value) => responseType.encode(complete(responseType, value)).finish(),
      responseDeserialize: (bytes) => responseType.decode(bytes),
      options,
    },
  ];
}

function fromGrpcJs(method: GrpcJsServiceDefinition[string]): AnyMethodDefinition {
  const { path, requestStream, responseStream } = method;
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: (value) => method.requestSerialize(value as never),
    requestDeserialize: (bytes) => method.requestDeserialize(Buffer.from(bytes)),
    responseSerialize: (value) => method.responseSerialize(value as never),
    responseDeserialize: (bytes) => method.responseDeserialize(Buffer.from(bytes)),
    options: {},
  };
}
