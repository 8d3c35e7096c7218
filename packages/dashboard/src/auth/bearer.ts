import type { DashboardAuth, Validate } from './dashboard-auth.js';

/**
 * The user pastes a token, which the page keeps in the tab's sessionStorage and sends with each call of the API, as
 * `Authorization: Bearer …`. The page itself is public, for a browser cannot send a token when it opens a page; there is
 * no data in it.
 *
 * @param validate tells whose token it is, for {@link sessionGuard}. Default: the API's own guard knows the tokens.
 *
 * @example
 * const auth = bearerTokenAuth((token) => users.get(token));
 */
export function bearerTokenAuth(validate?: Validate): DashboardAuth {
  const auth: DashboardAuth = {
    middleware: (_request, _response, next) => next?.(),
    clientConfig: { strategy: 'bearer' },
  };
  if (validate === undefined) return auth;
  return {
    ...auth,
    // A token that is not ours may be known to the guard that is asked next.
    authenticate({ metadata }) {
      const token = /^Bearer +(\S+) *$/i.exec(metadata.get('authorization') ?? '')?.[1];
      return token === undefined ? undefined : validate(token);
    },
  };
}
