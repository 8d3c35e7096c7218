import { decodeRequest } from './decode-request.js';
import { Encoded, Undecodable } from './encoded.js';
import type * as gen from './gen/config/v1/config.js';
import { type Messages, messageTypes } from './gen/messages.js';

type Partially<T> = T extends (infer U)[]
  ? Partially<U>[]
  : T extends Uint8Array
    ? T
    : T extends object
      ? { [K in keyof T]?: Partially<T[K]> | undefined }
      : T;

/** One method in nice-grpc's raw form. Answers may be messages or their ready bytes ({@link Encoded}). */
export interface MethodDefinition<Request, Response, Streaming extends boolean> {
  path: string;
  requestStream: false;
  responseStream: Streaming;
  requestSerialize(value: Partially<Request>): Uint8Array;
  requestDeserialize(bytes: Uint8Array): Request;
  responseSerialize(value: Response | Encoded<Response>): Uint8Array;
  responseDeserialize(bytes: Uint8Array): Response;
  options: { idempotencyLevel?: 'IDEMPOTENT' | 'NO_SIDE_EFFECTS' };
}

function method<Request extends keyof Messages, Response extends keyof Messages, Streaming extends boolean = false>(
  path: string,
  requestType: Request,
  responseType: Response,
  options: MethodDefinition<Messages[Request], Messages[Response], Streaming>['options'] = {},
  responseStream: Streaming = false as Streaming,
): MethodDefinition<Messages[Request], Messages[Response], Streaming> {
  const request = messageTypes[requestType];
  const response = messageTypes[responseType];
  return {
    path: `/config.v1.${path}`,
    requestStream: false,
    responseStream,
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

const reads = { idempotencyLevel: 'NO_SIDE_EFFECTS' } as const;

/** `config.v1.ConfigService`, for nice-grpc's `server.add` and `createClient`. */
export type ConfigServiceDefinition = {
  get: MethodDefinition<gen.GetRequest, gen.GetResponse, false>;
  set: MethodDefinition<gen.SetRequest, gen.SetResponse, false>;
  delete: MethodDefinition<gen.DeleteRequest, gen.DeleteResponse, false>;
  list: MethodDefinition<gen.ListRequest, gen.ListResponse, false>;
  getVersions: MethodDefinition<gen.GetVersionsRequest, gen.GetVersionsResponse, false>;
  snapshot: MethodDefinition<gen.SnapshotRequest, gen.SnapshotResponse, false>;
  watch: MethodDefinition<gen.WatchRequest, gen.WatchResponse, true>;
  checkAccess: MethodDefinition<gen.CheckAccessRequest, gen.CheckAccessResponse, false>;
  setAlias: MethodDefinition<gen.SetAliasRequest, gen.SetAliasResponse, false>;
  deleteAlias: MethodDefinition<gen.DeleteAliasRequest, gen.DeleteAliasResponse, false>;
  getAlias: MethodDefinition<gen.GetAliasRequest, gen.GetAliasResponse, false>;
  listAliases: MethodDefinition<gen.ListAliasesRequest, gen.ListAliasesResponse, false>;
  listCodecs: MethodDefinition<gen.ListCodecsRequest, gen.ListCodecsResponse, false>;
  listNamespaces: MethodDefinition<gen.ListNamespacesRequest, gen.ListNamespacesResponse, false>;
};

export const ConfigServiceDefinition: ConfigServiceDefinition = {
  get: method('ConfigService/Get', 'config.v1.GetRequest', 'config.v1.GetResponse', reads),
  set: method('ConfigService/Set', 'config.v1.SetRequest', 'config.v1.SetResponse'),
  delete: method('ConfigService/Delete', 'config.v1.DeleteRequest', 'config.v1.DeleteResponse'),
  list: method('ConfigService/List', 'config.v1.ListRequest', 'config.v1.ListResponse', reads),
  getVersions: method(
    'ConfigService/GetVersions',
    'config.v1.GetVersionsRequest',
    'config.v1.GetVersionsResponse',
    reads,
  ),
  snapshot: method('ConfigService/Snapshot', 'config.v1.SnapshotRequest', 'config.v1.SnapshotResponse', reads),
  watch: method('ConfigService/Watch', 'config.v1.WatchRequest', 'config.v1.WatchResponse', reads, true),
  checkAccess: method(
    'ConfigService/CheckAccess',
    'config.v1.CheckAccessRequest',
    'config.v1.CheckAccessResponse',
    reads,
  ),
  setAlias: method('ConfigService/SetAlias', 'config.v1.SetAliasRequest', 'config.v1.SetAliasResponse'),
  deleteAlias: method('ConfigService/DeleteAlias', 'config.v1.DeleteAliasRequest', 'config.v1.DeleteAliasResponse'),
  getAlias: method('ConfigService/GetAlias', 'config.v1.GetAliasRequest', 'config.v1.GetAliasResponse', reads),
  listAliases: method(
    'ConfigService/ListAliases',
    'config.v1.ListAliasesRequest',
    'config.v1.ListAliasesResponse',
    reads,
  ),
  listCodecs: method('ConfigService/ListCodecs', 'config.v1.ListCodecsRequest', 'config.v1.ListCodecsResponse', reads),
  listNamespaces: method(
    'ConfigService/ListNamespaces',
    'config.v1.ListNamespacesRequest',
    'config.v1.ListNamespacesResponse',
    reads,
  ),
};

/** `config.v1.ConfigOperations`: batch, restore and audit, which a server may leave out. */
export type ConfigOperationsDefinition = {
  batch: MethodDefinition<gen.BatchRequest, gen.BatchResponse, false>;
  restore: MethodDefinition<gen.RestoreRequest, gen.BatchResponse, false>;
  listAudit: MethodDefinition<gen.ListAuditRequest, gen.ListAuditResponse, false>;
};

export const ConfigOperationsDefinition: ConfigOperationsDefinition = {
  batch: method('ConfigOperations/Batch', 'config.v1.BatchRequest', 'config.v1.BatchResponse'),
  restore: method('ConfigOperations/Restore', 'config.v1.RestoreRequest', 'config.v1.BatchResponse'),
  listAudit: method('ConfigOperations/ListAudit', 'config.v1.ListAuditRequest', 'config.v1.ListAuditResponse', reads),
};
