import type { SetRequest, SetResponse } from '@cfg/proto';
import { requireKey } from '../checks.js';
import type { Environment } from '../environment.js';
import { isHidden } from '../reveals.js';
import { asked, type Handler } from './handler.js';
import { noteOptions, setting, writeOptions } from './write-request.js';

export const setHandler = (environment: Environment): Handler<SetRequest, SetResponse> => ({
  asks(request) {
    requireKey(request);
    return [asked('write', request.namespace, request.key)];
  },
  answer(request, call) {
    const { store, encoder } = environment;
    const { value, options } = setting(environment, request);
    const noted = noteOptions(store, request);
    return store
      .set(request.namespace, request.key, value, { ...options, ...noted, ...writeOptions(store, call) })
      .then((entry) => {
        const { namespace, key, requestId } = request;
        call.written = [{ operation: 'set', namespace, key, entry, requestId }];
        // The caller's own value is no news; that of an earlier request with the same id may be another's.
        const isOwn = !isHidden(entry) || Buffer.compare(entry.bytes, value.bytes) === 0;
        return encoder.entry(isOwn ? entry : entry.asMasked());
      });
  },
});
