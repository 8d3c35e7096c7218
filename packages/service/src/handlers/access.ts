import type { CheckAccessRequest, CheckAccessResponse } from '@cfg/proto';
import { asked, type Handler } from './handler.js';

/** Never fails for an authenticated caller; anything not permitted, or not decidable, is `false`. */
export const accessHandler = (): Handler<CheckAccessRequest, CheckAccessResponse> => ({
  asks: () => [],
  async answer({ namespace, key }, call) {
    const [canRead, canWrite, canDelete, canList, canWatch, canReveal] = await Promise.all([
      call.allows(asked('read', namespace, key)),
      call.allows(asked('write', namespace, key)),
      call.allows(asked('delete', namespace, key)),
      call.allows(asked('list', namespace, '', key)),
      call.allows(asked('watch', namespace, '', key)),
      call.allows(asked('reveal', namespace, key)),
    ]);
    return { canRead, canWrite, canDelete, canList, canWatch, canReveal };
  },
});
