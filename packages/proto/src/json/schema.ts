import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { descriptors } from '../descriptors.js';
import { isMessageName, messageType } from '../message-types.js';
import { bytesKind } from './bytes.js';
import { ListKind, MapKind } from './collections.js';
import { enumKind } from './enum.js';
import { int32Kind, int64Kind, uint32Kind } from './integer.js';
import { boolKind, type Kind, stringKind } from './kind.js';
import { type Field, type Fields, MessageKind } from './message.js';
import { durationKind, timestampKind } from './time.js';

const scalarKinds: ReadonlyMap<ScalarType, Kind> = new Map<ScalarType, Kind>([
  [ScalarType.STRING, stringKind],
  [ScalarType.BOOL, boolKind],
  [ScalarType.BYTES, bytesKind],
  [ScalarType.INT32, int32Kind],
  [ScalarType.UINT32, uint32Kind],
  [ScalarType.INT64, int64Kind],
]);

const wellKnownKinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['google.protobuf.Timestamp', timestampKind],
  ['google.protobuf.Duration', durationKind],
]);

const compiled = new Map<string, Kind>();

/**
 * The kind of a message type, compiled from its descriptor on first use and kept.
 * @throws Error on an unknown type, and on one that the mapping does not cover: a float, or a message within itself
 * (so that the depth of what is read is bounded by the types, whatever the input).
 */
export function messageKind(typeName: string): Kind {
  const kind = compiled.get(typeName);
  if (kind !== undefined) return kind;
  const desc = isMessageName(typeName) ? descriptors().getMessage(typeName) : undefined;
  if (desc === undefined) throw new Error(`unknown message type ${JSON.stringify(typeName)}`);
  return compileMessage(desc, []);
}

function compileMessage(desc: DescMessage, outer: readonly string[]): Kind {
  const { typeName } = desc;
  const known = wellKnownKinds.get(typeName) ?? compiled.get(typeName);
  if (known !== undefined) return known;
  if (outer.includes(typeName)) throw new Error(`${typeName} holds itself, which the JSON mapping does not cover`);
  if (!isMessageName(typeName)) throw new Error(`no message type for ${typeName}`);
  const type = messageType(typeName);
  const fields = desc.fields.map((field) => compileField(field, [...outer, typeName]));
  const kind = new MessageKind(fields, () => type.fromPartial({}) as unknown as Fields, typeName);
  compiled.set(typeName, kind);
  return kind;
}

function compileField(desc: DescField, outer: readonly string[]): Field {
  return {
    name: desc.jsonName,
    protoName: desc.name,
    optional: desc.oneof !== undefined || desc.proto.proto3Optional,
    oneof: desc.oneof?.name,
    kind: fieldKind(desc, outer),
  };
}

function fieldKind(desc: DescField, outer: readonly string[]): Kind {
  switch (desc.fieldKind) {
    case 'list':
      return new ListKind(elementKind(desc, desc.listKind, outer));
    case 'map':
      if (desc.mapKey !== ScalarType.STRING) throw uncovered(desc);
      return new MapKind(stringKind, elementKind(desc, desc.mapKind, outer));
    default:
      return elementKind(desc, desc.fieldKind, outer);
  }
}

interface Element {
  readonly scalar?: ScalarType | undefined;
  readonly enum?: DescEnum | undefined;
  readonly message?: DescMessage | undefined;
}

function elementKind(desc: DescField & Element, is: 'scalar' | 'enum' | 'message', outer: readonly string[]): Kind {
  if (is === 'message' && desc.message !== undefined) return compileMessage(desc.message, outer);
  if (is === 'enum' && desc.enum !== undefined) return enumKind(desc.enum);
  const kind = desc.scalar === undefined ? undefined : scalarKinds.get(desc.scalar);
  if (kind === undefined) throw uncovered(desc);
  return kind;
}

function uncovered(desc: DescField): Error {
  return new Error(`${desc.parent.typeName}.${desc.name}: the JSON mapping does not cover fields of this type`);
}
