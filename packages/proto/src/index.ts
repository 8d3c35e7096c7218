// Services

// The contract's description of itself, and its rules beside the messages
export { commentOf } from './comments.js';
export { fileDescriptorSet } from './descriptors.js';
export { Encoded, Undecodable } from './encoded.js';
export { type Messages, type MessageType, messageTypes } from './gen/messages.js';
// Messages and enums
export * from './gen/public.js';
export {
  ConfigClusterDefinition,
  ConfigOperationsDefinition,
  ConfigPeeringDefinition,
  ConfigServiceDefinition,
} from './gen/services.js';
export { type HttpRule, httpRules } from './http-rules.js';
export { JsonMappingError } from './json/error.js';
export type { JsonSchema } from './json/kind.js';
// JSON, query parameters and path variables
export { fromJson, type JsonValue, jsonSchema, parseJson, toJson, toJsonString } from './json.js';
// Messages by their full name
export { type MessageName, messageType } from './message-types.js';
export type { MethodDefinition } from './method.js';
export { fieldSetter, fromQuery } from './query.js';
export { errorDomain, featuresHeader, maxMessageBytes, staleHeader } from './wire.js';
