import type { CheckAccessRequest, CheckAccessResponse } from '@cfg/proto';
import { resource } from '../checks.js';
import type { Environment } from '../environment.js';
import type { Handler } from './handler.js';

/** Never fails for an authenticated caller: what may not be is false. */
export function accessHandler({ authorizer }: Environment): Handler<CheckAccessRequest, CheckAccessResponse> {
  return async ({ namespace, key }, call) => {
    const one = resource(namespace, key);
    const below = resource(namespace, '', key);
    const [canRead, canWrite, canDelete, canList, canWatch] = await Promise.all([
      authorizer.allows(call, 'read', one),
      authorizer.allows(call, 'write', one),
      authorizer.allows(call, 'delete', one),
      authorizer.allows(call, 'list', below),
      authorizer.allows(call, 'watch', below),
    ]);
    return { canRead, canWrite, canDelete, canList, canWatch };
  };
}
