import * as proto from '@cfg/proto';
import type { Client } from 'nice-grpc';
import type { CallContext, CallOptions } from 'nice-grpc-common';
import type { ConfigService } from './config-service.js';
import { callEnded, untilAborted } from './deadline.js';
import { InProcessCall } from './in-process-call.js';
import { InProcessStream } from './in-process-stream.js';

export interface InProcessClientOptions {
  /** The caller's address, as guards and logs see it. Default `in-process`. A call's own `peer` wins. */
  readonly peer?: string;
}

/** What a call of an in-process client takes beyond nice-grpc's call options. */
export interface InProcessCallOptions {
  /** The address of whom the call is made for, `host:port`. */
  readonly peer?: string;
}

export type InProcessClient = Client<proto.ConfigServiceDefinition, InProcessCallOptions>;

type Options = CallOptions & InProcessCallOptions;
type Messages<Request> = { fromPartial(object: never): Request };
type Answered<Response> = Promise<Response | proto.Encoded<Response>>;

/**
 * A nice-grpc client of a service in the same process: no socket and no serialization, but the same middleware, the
 * same errors (`RichClientError` with the details), headers and trailers. Answers are shared with others who ask for
 * the same: do not change them.
 */
export function createInProcessClient(service: ConfigService, options: InProcessClientOptions = {}): InProcessClient {
  const rpc = proto.ConfigServiceDefinition;
  const peer = options.peer ?? 'in-process';

  const unary =
    <Request, Response>(
      { path }: { readonly path: string },
      messages: Messages<Request>,
      method: (request: Request, context: CallContext) => Answered<Response>,
    ): ((request: object, options?: Options) => Promise<Response>) =>
    async (request, options = {}) => {
      const { signal = new AbortController().signal } = options;
      if (signal.aborted) throw callEnded();
      const call = new InProcessCall(path, peer, options, signal);
      try {
        const answering = method(messages.fromPartial(request as never), call.context);
        return call.answer(options.signal === undefined ? await answering : await untilAborted(answering, signal));
      } catch (error) {
        throw call.failure(error);
      } finally {
        call.finish();
      }
    };

  return {
    get: unary(rpc.get, proto.GetRequest, service.get),
    set: unary(rpc.set, proto.SetRequest, service.set),
    delete: unary(rpc.delete, proto.DeleteRequest, service.delete),
    list: unary(rpc.list, proto.ListRequest, service.list),
    getVersions: unary(rpc.getVersions, proto.GetVersionsRequest, service.getVersions),
    snapshot: unary(rpc.snapshot, proto.SnapshotRequest, service.snapshot),
    checkAccess: unary(rpc.checkAccess, proto.CheckAccessRequest, service.checkAccess),
    setAlias: unary(rpc.setAlias, proto.SetAliasRequest, service.setAlias),
    deleteAlias: unary(rpc.deleteAlias, proto.DeleteAliasRequest, service.deleteAlias),
    getAlias: unary(rpc.getAlias, proto.GetAliasRequest, service.getAlias),
    listAliases: unary(rpc.listAliases, proto.ListAliasesRequest, service.listAliases),
    listCodecs: unary(rpc.listCodecs, proto.ListCodecsRequest, service.listCodecs),
    listNamespaces: unary(rpc.listNamespaces, proto.ListNamespacesRequest, service.listNamespaces),
    watch: (request, options = {}) => {
      const complete = proto.WatchRequest.fromPartial(request as never);
      return new InProcessStream(rpc.watch.path, peer, options, (context) => service.watch(complete, context));
    },
  };
}
