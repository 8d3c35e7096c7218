import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { descriptors } from './descriptors.js';
import { Encoded, Undecodable } from './encoded.js';
import { BatchRequest, GetRequest, GetResponse, SetRequest } from './gen/config/v1/config.js';
import {
  ConfigClusterDefinition,
  ConfigOperationsDefinition,
  ConfigPeeringDefinition,
  ConfigServiceDefinition,
} from './gen/services.js';
import { type MessageName, messageType } from './message-types.js';
import { arbitraryMessage } from './test/arbitrary-message.js';

const definitions = {
  'config.v1.ConfigCluster': ConfigClusterDefinition,
  'config.v1.ConfigService': ConfigServiceDefinition,
  'config.v1.ConfigOperations': ConfigOperationsDefinition,
  'config.v1.ConfigPeering': ConfigPeeringDefinition,
} as const;

const services = [...descriptors()]
  .filter((type) => type.kind === 'service')
  .filter((service) => service.file.proto.package === 'config.v1');
const methods = services.flatMap((service) => service.methods);
const definitionOf = (desc: (typeof methods)[number]) => {
  const service = definitions[desc.parent.typeName as keyof typeof definitions] as typeof ConfigServiceDefinition;
  return service[desc.localName as 'get'];
};

test('the definitions have every method of the proto, fourteen, four, ten and three, and no other', () => {
  expect(services.map((service) => service.typeName)).toEqual(Object.keys(definitions));
  for (const service of services) {
    const definition = definitions[service.typeName as keyof typeof definitions];
    expect(Object.keys(definition)).toEqual(service.methods.map((method) => method.localName));
  }
  expect(Object.keys(ConfigServiceDefinition)).toHaveLength(14);
  expect(Object.keys(ConfigOperationsDefinition)).toHaveLength(4);
  expect(Object.keys(ConfigPeeringDefinition)).toHaveLength(10);
  expect(Object.keys(ConfigClusterDefinition)).toHaveLength(3);
});

test.each(methods.map((desc) => [desc.name, desc] as const))(
  '%s has the path, stream and options of the proto',
  (_, desc) => {
    const level = MethodOptions_IdempotencyLevel[desc.idempotency];
    expect(definitionOf(desc)).toMatchObject({
      path: `/${desc.parent.typeName}/${desc.name}`,
      requestStream: desc.methodKind === 'bidi_streaming',
      responseStream: desc.methodKind !== 'unary',
    });
    expect(definitionOf(desc).options).toEqual(level === 'IDEMPOTENCY_UNKNOWN' ? {} : { idempotencyLevel: level });
  },
);

test.each(methods.map((desc) => [desc.name, desc] as const))(
  '%s carries messages of the types of the proto',
  (_, desc) => {
    const definition = definitionOf(desc);
    fc.assert(
      fc.property(arbitraryMessage(desc.input.typeName as 'config.v1.GetRequest'), (message) => {
        expect(definition.requestDeserialize(definition.requestSerialize(message))).toEqual(message);
      }),
      { numRuns: 20 },
    );
    fc.assert(
      fc.property(arbitraryMessage(desc.output.typeName as 'config.v1.GetResponse'), (message) => {
        const bytes = messageType(desc.output.typeName as MessageName)
          .encode(message as never)
          .finish();
        expect(definition.responseSerialize(message)).toEqual(bytes);
      }),
      { numRuns: 20 },
    );
  },
);

test('the bytes of an Encoded answer pass as they are', () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const encoded = new Encoded<GetResponse>(bytes, () => GetResponse.decode(bytes));
  expect(ConfigServiceDefinition.get.responseSerialize(encoded)).toBe(bytes);
});

test('a request may be partial', () => {
  const bytes = ConfigServiceDefinition.set.requestSerialize({ key: 'a', ttl: { seconds: 5 } });
  expect(ConfigServiceDefinition.set.requestDeserialize(bytes)).toEqual(
    SetRequest.fromPartial({ key: 'a', ttl: { seconds: 5 } }),
  );
});

const malformed: [string, Uint8Array][] = [
  ['a cut message', new Uint8Array([10, 5, 65])],
  ['a tag 0', new Uint8Array([0, 10, 1, 65])],
  ['a field number 0', new Uint8Array([2, 1, 65])],
  ['an end of a group that never began', new Uint8Array([12, 10, 1, 65])],
  ['a group that never ends', new Uint8Array([0xa3, 6, 8, 1])],
  ['a wire type that is none', new Uint8Array([15])],
  ['a varint without end', new Uint8Array(12).fill(0xff)],
  ['text that is not UTF-8', new Uint8Array([10, 2, 0xc3, 0x28])],
  ['text that is not UTF-8, in a longer string', new Uint8Array([10, 60, ...new Uint8Array(60).fill(0xff)])],
  ['a nested message that ends within a field', new Uint8Array([0xaa, 6, 1, 8, 5])],
  ['a nested message with a tag 0', new Uint8Array([0xaa, 6, 2, 0, 0])],
];

test.each(malformed)('%s is Undecodable', (_, bytes) => {
  const request = ConfigServiceDefinition.set.requestDeserialize(bytes);
  expect(request).toBeInstanceOf(Undecodable);
  expect((request as unknown as Undecodable).cause).toBeInstanceOf(Error);
});

test('a deep nest of unknown groups is Undecodable, not a stack overflow', () => {
  const request = ConfigServiceDefinition.get.requestDeserialize(new Uint8Array(1_000_000).fill(0x5b));
  expect(request).toBeInstanceOf(Undecodable);
});

test.each([2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)])('an int64 of %d is Undecodable', (value) => {
  const bytes = new BinaryWriter().uint32(24).int64(value).finish();
  expect(ConfigServiceDefinition.getVersions.requestDeserialize(bytes)).toBeInstanceOf(Undecodable);
});

test.each([2n ** 53n - 1n, -(2n ** 53n) + 1n])('an int64 of %d is decoded', (value) => {
  const bytes = new BinaryWriter().uint32(24).int64(value).finish();
  expect(ConfigServiceDefinition.getVersions.requestDeserialize(bytes).version).toBe(Number(value));
});

test('unknown fields are passed over', () => {
  const bytes = new BinaryWriter().uint32(10).string('prod').uint32(8002).string('new').uint32(8008).int64(5).finish();
  expect(ConfigServiceDefinition.get.requestDeserialize(bytes)).toEqual(GetRequest.fromPartial({ namespace: 'prod' }));
});

test('a message cut anywhere is Undecodable, unless it is cut between two fields', () => {
  const cut = fc.tuple(arbitraryMessage('config.v1.BatchRequest'), fc.noBias(fc.integer({ min: 0, max: 999 })));
  let refused = 0;
  fc.assert(
    fc.property(cut, ([message, share]) => {
      const whole = BatchRequest.encode(message).finish();
      const bytes = whole.subarray(0, Math.floor((whole.length * share) / 1_000));
      const request = ConfigOperationsDefinition.batch.requestDeserialize(bytes);
      if (request instanceof Undecodable) refused++;
      else expect(BatchRequest.encode(request).finish()).toEqual(bytes);
    }),
    { numRuns: 500 },
  );
  expect(refused).toBeGreaterThan(0);
});

test('no bytes make the deserializer throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(() => ConfigOperationsDefinition.batch.requestDeserialize(bytes)).not.toThrow();
    }),
    { numRuns: 1_000 },
  );
});
