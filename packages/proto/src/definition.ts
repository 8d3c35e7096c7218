import { Encoded, Undecodable } from './encoded.js';
import * as gen from './gen/config/v1/config.js';

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

interface MessageFns<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
  fromPartial(object: never): T;
}

function method<Request, Response, Streaming extends boolean = false>(
  path: string,
  request: MessageFns<Request>,
  response: MessageFns<Response>,
  options: MethodDefinition<Request, Response, Streaming>['options'] = {},
  responseStream: Streaming = false as Streaming,
): MethodDefinition<Request, Response, Streaming> {
  return {
    path: `/config.v1.${path}`,
    requestStream: false,
    responseStream,
    requestSerialize: (value) => request.encode(request.fromPartial(value as never)).finish(),
    requestDeserialize: (bytes) => {
      try {
        return request.decode(bytes);
      } catch (error) {
        return new Undecodable(error) as Request;
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
  get: method('ConfigService/Get', gen.GetRequest, gen.GetResponse, reads),
  set: method('ConfigService/Set', gen.SetRequest, gen.SetResponse),
  delete: method('ConfigService/Delete', gen.DeleteRequest, gen.DeleteResponse),
  list: method('ConfigService/List', gen.ListRequest, gen.ListResponse, reads),
  getVersions: method('ConfigService/GetVersions', gen.GetVersionsRequest, gen.GetVersionsResponse, reads),
  snapshot: method('ConfigService/Snapshot', gen.SnapshotRequest, gen.SnapshotResponse, reads),
  watch: method('ConfigService/Watch', gen.WatchRequest, gen.WatchResponse, reads, true),
  checkAccess: method('ConfigService/CheckAccess', gen.CheckAccessRequest, gen.CheckAccessResponse, reads),
  setAlias: method('ConfigService/SetAlias', gen.SetAliasRequest, gen.SetAliasResponse),
  deleteAlias: method('ConfigService/DeleteAlias', gen.DeleteAliasRequest, gen.DeleteAliasResponse),
  getAlias: method('ConfigService/GetAlias', gen.GetAliasRequest, gen.GetAliasResponse, reads),
  listAliases: method('ConfigService/ListAliases', gen.ListAliasesRequest, gen.ListAliasesResponse, reads),
  listCodecs: method('ConfigService/ListCodecs', gen.ListCodecsRequest, gen.ListCodecsResponse, reads),
  listNamespaces: method('ConfigService/ListNamespaces', gen.ListNamespacesRequest, gen.ListNamespacesResponse, reads),
};

/** `config.v1.ConfigOperations`: batch, restore and audit, which a server may leave out. */
export type ConfigOperationsDefinition = {
  batch: MethodDefinition<gen.BatchRequest, gen.BatchResponse, false>;
  restore: MethodDefinition<gen.RestoreRequest, gen.BatchResponse, false>;
  listAudit: MethodDefinition<gen.ListAuditRequest, gen.ListAuditResponse, false>;
};

export const ConfigOperationsDefinition: ConfigOperationsDefinition = {
  batch: method('ConfigOperations/Batch', gen.BatchRequest, gen.BatchResponse),
  restore: method('ConfigOperations/Restore', gen.RestoreRequest, gen.BatchResponse),
  listAudit: method('ConfigOperations/ListAudit', gen.ListAuditRequest, gen.ListAuditResponse, reads),
};
