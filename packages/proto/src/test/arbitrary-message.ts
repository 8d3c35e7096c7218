import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { descriptors } from '../descriptors.js';
import type { Messages } from '../gen/messages.js';
import type { Fields } from '../json/message.js';
import { type MessageName, messageType } from '../message-types.js';

const nanos = fc.oneof(fc.constantFrom(0, 1, 120_000_000, 999_999_000, 999_999_999), fc.nat(999_999_999));

const timestamp = fc.record({ seconds: fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), nanos });

const duration = fc
  .tuple(fc.constantFrom(1, -1), fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 315_576_000_000 })), nanos)
  .map(([sign, seconds, fraction]) => ({ seconds: sign * seconds + 0, nanos: sign * fraction + 0 }));

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }));

const scalars = new Map<ScalarType, fc.Arbitrary<unknown>>([
  [ScalarType.STRING, text],
  [ScalarType.BOOL, fc.boolean()],
  [ScalarType.BYTES, fc.uint8Array()],
  [ScalarType.INT32, fc.integer()],
  [ScalarType.UINT32, fc.nat({ max: 0xffff_ffff })],
  [ScalarType.INT64, fc.oneof(fc.nat(3), fc.maxSafeInteger())],
]);

/** Any message of a type, as the generated code has it: whole, with at most one field of a oneof. */
export function arbitraryMessage<Name extends MessageName>(typeName: Name): fc.Arbitrary<Messages[Name]> {
  const desc = descriptors().getMessage(typeName);
  if (desc === undefined) throw new Error(`no descriptor of ${typeName}`);
  return arbitraryOf(desc) as unknown as fc.Arbitrary<Messages[Name]>;
}

function arbitraryOf(desc: DescMessage): fc.Arbitrary<unknown> {
  if (desc.typeName === 'google.protobuf.Timestamp') return timestamp;
  if (desc.typeName === 'google.protobuf.Duration') return duration;
  const fields = Object.fromEntries(desc.fields.map((field) => [field.jsonName, arbitraryField(field)]));
  const chosen = fc.tuple(...desc.oneofs.map((oneof) => fc.constantFrom(undefined, ...oneof.fields)));
  return fc.tuple(fc.record(fields), chosen).map(([message, members]) => {
    for (const field of desc.oneofs.flatMap((oneof) => oneof.fields)) {
      if (!members.includes(field)) message[field.jsonName] = undefined;
    }
    return { ...(messageType(desc.typeName as MessageName).fromPartial({}) as unknown as Fields), ...message };
  });
}

function arbitraryField(desc: DescField): fc.Arbitrary<unknown> {
  switch (desc.fieldKind) {
    case 'list':
      return fc.array(arbitraryValue(desc), { maxLength: 4 });
    case 'map':
      return fc.dictionary(fc.oneof(text, fc.constant('__proto__')), arbitraryValue(desc), { noNullPrototype: true });
    case 'message':
      return fc.option(arbitraryValue(desc), { nil: undefined });
    default:
      return desc.proto.proto3Optional ? fc.option(arbitraryValue(desc), { nil: undefined }) : arbitraryValue(desc);
  }
}

function arbitraryValue(desc: DescField): fc.Arbitrary<unknown> {
  if (desc.message !== undefined) return arbitraryOf(desc.message);
  if (desc.enum !== undefined) return fc.oneof(fc.constantFrom(...desc.enum.values.map((v) => v.number)), fc.integer());
  const scalar = desc.scalar === undefined ? undefined : scalars.get(desc.scalar);
  if (scalar === undefined) throw new Error(`no arbitrary value of ${desc.toString()}`);
  return scalar;
}
