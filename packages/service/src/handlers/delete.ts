import type { DeleteRequest, DeleteResponse } from '@cfg/proto';
import { requireKey } from '../checks.js';
import type { Environment } from '../environment.js';
import { asked, type Handler } from './handler.js';
import { conditionOf, noteOptions, writeOptions } from './write-request.js';

export const deleteHandler = ({ store }: Environment): Handler<DeleteRequest, DeleteResponse> => ({
  asks(request) {
    requireKey(request);
    return [asked('delete', request.namespace, request.key)];
  },
  async answer(request, call) {
    const ifVersion = conditionOf(store, request);
    const options = { ifVersion, ...noteOptions(store, request), ...writeOptions(store, call) };
    const entry = await store.delete(request.namespace, request.key, options);
    const { namespace, key, requestId, comment } = request;
    call.written = [{ operation: 'delete', namespace, key, entry, requestId, comment }];
    return {};
  },
});
