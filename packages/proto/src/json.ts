import type { Messages } from './gen/messages.js';
import { JsonMappingError } from './json/error.js';
import type { JsonSchema } from './json/kind.js';
import { messageKind } from './json/schema.js';
import type { MessageName } from './message-types.js';

export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue };

/**
 * A message as JSON text, in the proto3 JSON mapping as grpc-gateway writes it: lowerCamelCase names, fields with their
 * default values included, an unset message as `null`, an unset `optional` or oneof field left out, int64 as a decimal
 * string, bytes as standard base64, enums by name, times as RFC 3339.
 * @throws JsonMappingError if JSON cannot say a value: a time outside the years 1 to 9999, an int64 that is not whole.
 */
export function toJsonString<Name extends MessageName>(typeName: Name, message: Messages[Name]): string {
  return messageKind(typeName).write(message);
}

/** The same as a value. For text, {@link toJsonString} is the faster way. @throws JsonMappingError */
export function toJson<Name extends MessageName>(typeName: Name, message: Messages[Name]): JsonValue {
  return JSON.parse(toJsonString(typeName, message)) as JsonValue;
}

/**
 * A message from what `JSON.parse` gave. Names may be lowerCamelCase or as in the proto; unknown ones are ignored;
 * `null` stands for the default. Integers may be strings, int64 up to 2^53 − 1 in size; bytes are base64 or base64url,
 * with or without padding; enums come by known name or by any number.
 * @throws JsonMappingError that names the field: on a value that does not fit, on a field given in both spellings, on
 * two fields of one oneof.
 */
export function fromJson<Name extends MessageName>(typeName: Name, value: unknown): Messages[Name] {
  return messageKind(typeName).read(value) as Messages[Name];
}

/**
 * {@link fromJson} of JSON text.
 * @throws JsonMappingError also on text that is not JSON, the empty text included.
 */
export function parseJson<Name extends MessageName>(typeName: Name, text: string): Messages[Name] {
  return fromJson(typeName, parse(text));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JsonMappingError('invalid JSON');
  }
}

/** The JSON Schema of a message as {@link toJsonString} writes it. */
export function jsonSchema(typeName: MessageName): JsonSchema {
  return messageKind(typeName).schema;
}
