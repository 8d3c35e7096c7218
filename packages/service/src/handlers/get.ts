import type { GetRequest, GetResponse } from '@cfg/proto';
import { requireKey, resource } from '../checks.js';
import type { Environment } from '../environment.js';
import { type Handler, storeOptions } from './handler.js';

export function getHandler({ store, authorizer, encoder }: Environment): Handler<GetRequest, GetResponse> {
  return async (request, call) => {
    requireKey(request);
    const asking = authorizer.authorize(call, 'read', resource(request.namespace, request.key));
    if (asking !== undefined) await asking;
    return encoder.entry(await store.get(request.namespace, request.key, storeOptions(call)));
  };
}
