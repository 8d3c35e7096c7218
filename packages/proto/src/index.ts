// Services
export { ConfigOperationsDefinition, ConfigServiceDefinition, type MethodDefinition } from './definition.js';
export { Encoded, Undecodable } from './encoded.js';
// What the contract says of itself, and what it fixes beside its messages
export { fileDescriptorSet } from './descriptors.js';
export { type HttpRule, httpRules } from './http-rules.js';
export { errorDomain, featuresHeader, maxMessageBytes } from './wire.js';
// JSON, query parameters and path variables
export { fromJson, type JsonValue, parseJson, toJson, toJsonString } from './json.js';
export { JsonMappingError } from './json/error.js';
export { fromQuery, setField } from './query.js';
// Messages by their full name
export { type MessageName, messageType } from './message-types.js';
export { type Messages, type MessageType, messageTypes } from './gen/messages.js';
// Messages
export {
  Alias,
  AuditRecord,
  BatchOperation,
  BatchRequest,
  BatchResponse,
  BatchResult,
  ChangeType,
  CheckAccessRequest,
  CheckAccessResponse,
  DeleteAliasRequest,
  DeleteAliasResponse,
  DeleteRequest,
  DeleteResponse,
  Entry,
  GetAliasRequest,
  GetAliasResponse,
  GetRequest,
  GetResponse,
  GetVersionsRequest,
  GetVersionsResponse,
  ListAliasesRequest,
  ListAliasesResponse,
  ListAuditRequest,
  ListAuditResponse,
  ListCodecsRequest,
  ListCodecsResponse,
  ListNamespacesRequest,
  ListNamespacesResponse,
  ListRequest,
  ListResponse,
  RestoreRequest,
  SetAliasRequest,
  SetAliasResponse,
  SetRequest,
  SetResponse,
  SnapshotRequest,
  SnapshotResponse,
  WatchRequest,
  WatchResponse,
  WriteMode,
} from './gen/config/v1/config.js';
export { Duration } from './gen/google/protobuf/duration.js';
export { Timestamp } from './gen/google/protobuf/timestamp.js';
