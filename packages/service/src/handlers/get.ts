import type { GetRequest, GetResponse } from '@cfg/proto';
import { requireCapability, requireKey, requireNotNegative } from '../checks.js';
import type { Environment } from '../environment.js';
import { isPromise } from '../maybe.js';
import { asked, type Handler, storeOptions } from './handler.js';

export const getHandler = ({ store, encoder, reveals }: Environment): Handler<GetRequest, GetResponse> => ({
  asks(request) {
    requireKey(request);
    requireNotNegative('at_revision', request.atRevision);
    return [asked('read', request.namespace, request.key)];
  },
  answer({ namespace, key, atRevision }, call) {
    requireCapability(store, 'revisions', 'at_revision', atRevision !== 0);
    return store.get(namespace, key, { atRevision, ...storeOptions(call) }).then((entry) => {
      const shown = reveals.one(call, entry);
      return isPromise(shown) ? shown.then((one) => encoder.entry(one)) : encoder.entry(shown);
    });
  },
});
