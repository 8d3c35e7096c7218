import { ConfigError } from '@cfg/core';
import type { Guard, GuardContext, Identity } from '@cfg/service';
import type { DashboardAuth } from './dashboard-auth.js';

/** Decides what callers may do; one that authenticates too knows those who come without the dashboard's credential. */
export type Policy = Pick<Guard, 'authorize'> & Partial<Pick<Guard, 'authenticate'>>;

/**
 * The guard of an API that serves a dashboard: who has signed in at the dashboard is known to the API by the same
 * credential, and `policy` decides what they may do, as for everybody else. Who comes without that credential is known
 * as `policy` knows them, or not at all.
 *
 * `policy.authorize` must take identities that it has not made itself, as `rbac`, `opaGuard` and `allowAll` do. A
 * `firstOf` does not: put this guard into it, in place of the one whose policy it is to use.
 *
 * @example
 * const auth = hmacAuth({ secret, passphrase, user: 'operator' });
 * const service = createConfigService(store, { guard: sessionGuard(auth, rbac(policy)) });
 */
export function sessionGuard(auth: DashboardAuth, policy: Policy): Guard {
  return {
    async authenticate(context: GuardContext): Promise<Identity> {
      const identity = await auth.authenticate?.(context);
      if (identity !== undefined) return identity;
      if (policy.authenticate !== undefined) return policy.authenticate(context);
      throw new ConfigError('unauthenticated', 'not signed in');
    },
    authorize: (identity, action, resource, context) => policy.authorize(identity, action, resource, context),
  };
}
