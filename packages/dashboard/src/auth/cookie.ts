import { ConfigError } from '@cfg/core';
import type { GuardContext, HttpRequest, Identity } from '@cfg/service';
import { cookieOf } from './cookies.js';
import type { DashboardAuth, Validate } from './dashboard-auth.js';
import { type ForeignPages, refuseForeignPage } from './foreign-page.js';
import { sendToLogin } from './send-to-login.js';

export interface CookieAuthOptions extends ForeignPages {
  /**
   * Where one gets the cookie: a URL, or a path on the same server. Browsers without a good cookie are sent there, with
   * the page they wanted in the query's `returnTo`. Default: they get 401 and a page that says so.
   */
  readonly loginUrl?: string | undefined;
  /** Where the page sends a POST to sign its user out. Default: the page offers no signing out. */
  readonly logoutUrl?: string | undefined;
}

/**
 * Users have a cookie of another application on this server: your own sign-in, or a proxy's. For it to reach the API it
 * must be set with `Path=/`. Make it `HttpOnly`, `Secure` and `SameSite=Lax` or `Strict`.
 *
 * A call with an `authorization` header is not the browser's doing, and is left to the guard that is asked next. A call
 * from a web page of another origin is refused, whatever its cookie, unless `allowedOrigins` names it.
 *
 * @param name the cookie's
 * @param validate tells whose cookie it is, for the page and, through {@link sessionGuard}, for the API
 *
 * @example
 * const auth = cookieAuth('session', async (cookie) => {
 *   const user = await sessions.find(cookie);
 *   return user && { userId: user.name, claims: { roles: user.roles } };
 * });
 */
export function cookieAuth(name: string, validate: Validate, options: CookieAuthOptions = {}): DashboardAuth {
  const { loginUrl, logoutUrl } = options;

  async function authenticate({ metadata }: GuardContext): Promise<Identity | undefined> {
    if (metadata.has('authorization')) return undefined;
    const cookie = cookieOf(metadata.get('cookie'), name);
    if (cookie === undefined) return undefined;
    refuseForeignPage(metadata, options);
    const identity = await validate(cookie);
    if (identity === undefined) throw new ConfigError('unauthenticated', 'the session has ended');
    return identity;
  }

  async function isKnown(request: HttpRequest): Promise<boolean> {
    const cookie = cookieOf(request.headers.cookie, name);
    return cookie !== undefined && (await validate(cookie)) !== undefined;
  }

  return {
    clientConfig: {
      strategy: 'cookie',
      ...(loginUrl !== undefined && { loginPath: loginUrl }),
      ...(logoutUrl !== undefined && { logoutPath: logoutUrl }),
    },
    authenticate,
    middleware(request: HttpRequest, response, next) {
      isKnown(request).then(
        (known) => (known ? next?.() : sendToLogin(request, response, loginUrl)),
        (error: unknown) => next?.(error),
      );
    },
  };
}
