import type { Messages } from './gen/messages.js';
import { ListKind } from './json/collections.js';
import { JsonMappingError, within } from './json/error.js';
import type { Kind } from './json/kind.js';
import { claim, type Field, type Fields, MessageKind } from './json/message.js';
import { messageKind } from './json/schema.js';
import { type MessageName, messageType } from './message-types.js';

/**
 * Sets the fields of a request from query parameters, as grpc-gateway does: by either spelling, a repeated field by
 * repetition, a field of a nested message by its dotted path. Integers are strict, bools are `true`, `false`, `1`, `0`
 * (and Go's other spellings), enums come by name or by known number, bytes as base64, times as RFC 3339. Unknown
 * parameters are ignored.
 * @param message to set the fields of; by default a new one.
 * @throws JsonMappingError that names the parameter: on a value that does not fit, on a single field given twice, on
 * two fields of one oneof, on a whole message or map.
 */
export function fromQuery<Name extends MessageName>(
  typeName: Name,
  params: Iterable<readonly [name: string, text: string]>,
  message: Messages[Name] = messageType(typeName).fromPartial({}),
): Messages[Name] {
  const given = new Set<string>();
  for (const [name, text] of params) {
    const fields = resolve(typeName, name);
    if (fields === undefined) continue;
    try {
      claimOnce(fields, given);
      assign(message as Fields, fields, text);
    } catch (error) {
      throw within(name, error);
    }
  }
  return message;
}

/** Sets a field of a message. */
export type FieldSetter<Name extends MessageName> = (message: Messages[Name], text: string) => void;

/**
 * Returns what sets one field, repeated or not, from the text of a path variable. It throws a JsonMappingError that names
 * the field, on a text that does not fit.
 * @param fieldPath in either spelling, dotted for a field of a nested message.
 * @throws Error on a field that the message does not have.
 */
export function fieldSetter<Name extends MessageName>(typeName: Name, fieldPath: string): FieldSetter<Name> {
  const fields = resolve(typeName, fieldPath);
  if (fields === undefined) throw new Error(`${typeName} has no field ${JSON.stringify(fieldPath)}`);
  return (message, text) => {
    try {
      assign(message as Fields, fields, text);
    } catch (error) {
      throw within(fieldPath, error);
    }
  };
}

/** The fields from the message to the one that a dotted path names; undefined if there is no such field. */
function resolve(typeName: MessageName, dotted: string): Field[] | undefined {
  const fields: Field[] = [];
  const names = dotted.split('.');
  let kind: Kind = messageKind(typeName);
  for (const [index, name] of names.entries()) {
    if (!(kind instanceof MessageKind)) {
      throw new JsonMappingError('has no fields to be given one by one', names.slice(0, index).join('.'));
    }
    const field = kind.field(name);
    if (field === undefined) return undefined;
    fields.push(field);
    kind = field.kind;
  }
  return fields;
}

function assign(message: Fields, fields: readonly Field[], text: string): void {
  const field = fields.at(-1) as Field;
  let holder = message;
  for (const { name, kind } of fields.slice(0, -1)) {
    holder[name] ??= (kind as MessageKind).create();
    holder = holder[name] as Fields;
  }
  const { kind, name } = field;
  if (kind instanceof ListKind) (holder[name] as unknown[]).push(kind.element.parse(text));
  else holder[name] = kind.parse(text);
}

/** Refuses a second value of a single field, and a second field of a oneof. */
function claimOnce(fields: readonly Field[], given: Set<string>): void {
  const { kind, name, oneof } = fields.at(-1) as Field;
  if (kind instanceof ListKind) return;
  const holder = fields.slice(0, -1).map((field) => field.name);
  claim(given, [...holder, name].join('.'), 'given more than once');
  if (oneof === undefined) return;
  claim(given, [...holder, `oneof ${oneof}`].join('.'), `another field of "${oneof}" is given`);
}
