import type { DeleteRequest, DeleteResponse } from '@cfg/proto';
import { requireKey, requireWrite, resource } from '../checks.js';
import type { Environment } from '../environment.js';
import type { Handler } from './handler.js';

export function deleteHandler({ store, authorizer }: Environment): Handler<DeleteRequest, DeleteResponse> {
  return async (request, call) => {
    requireKey(request);
    const asking = authorizer.authorize(call, 'delete', resource(request.namespace, request.key));
    if (asking !== undefined) await asking;
    requireWrite(store, request);
    const { namespace, key, ifVersion, requestId } = request;
    await store.delete(namespace, key, { ifVersion, requestId: requestId || undefined, signal: call.signal });
    return {};
  };
}
