import type { DeleteRequest, DeleteResponse } from '@cfg/proto';
import { requireKey, resource } from '../checks.js';
import type { Environment } from '../environment.js';
import type { Handler } from './handler.js';
import { writeOptions } from './set.js';

export function deleteHandler({ store, authorizer }: Environment): Handler<DeleteRequest, DeleteResponse> {
  return async (request, call) => {
    requireKey(request);
    const asking = authorizer.authorize(call, 'delete', resource(request.namespace, request.key));
    if (asking !== undefined) await asking;
    await store.delete(request.namespace, request.key, writeOptions(store, request, call));
    return {};
  };
}
