import { ConfigError, type Logger, safeLogger } from '@cfg/core';
import { type HttpHandler, type HttpRequest, type Identity, isFromOwnPage } from '@cfg/service';
import { pathOf } from '../page-path.js';
import type { DashboardAuth } from './dashboard-auth.js';
import { refuseForeignPage } from './foreign-page.js';
import { LoginForm } from './login/login-form.js';
import { Passphrase } from './login/passphrase.js';
import { sendToLogin } from './send-to-login.js';
import { SessionCookie, type SessionCookieOptions } from './session-cookie.js';

export interface HmacAuthOptions extends Omit<SessionCookieOptions, 'sameSite'> {
  /** The password that users type in to sign in. Long enough not to be guessed: four random words, say. */
  readonly passphrase: string;
  /** Where the log-in form is, within the dashboard. Default `/login`. */
  readonly loginPath?: string | undefined;
  /** Where one signs out, by a POST, within the dashboard. Default `/logout`. */
  readonly logoutPath?: string | undefined;
  /** Who a session is: the author of what is changed in it, and the name that a policy knows. Default `dashboard`. */
  readonly user?: string | undefined;
  /** Further attributes of a session for guards, such as `{ roles: ['admin'] }` for `rbac`. Default: none. */
  readonly claims?: Identity['claims'] | undefined;
  /** Told of failed attempts to sign in, with the address they came from. Default: silent. */
  readonly logger?: Logger | undefined;
}

/**
 * Everybody who knows the passphrase may sign in, with the dashboard's own form. It needs no other service, no script and
 * no state on the server: a session is a signed cookie (see {@link SessionCookie}). Sessions end when the passphrase or
 * the secret changes.
 *
 * After ten wrong attempts an address may make one in ten seconds; all together, ten in a second.
 *
 * Throws `invalid_argument` for a secret of fewer than 32 bytes, an empty passphrase, and other options that are wrong.
 *
 * @example
 * const auth = hmacAuth({ secret: process.env.SESSION_SECRET, passphrase: process.env.PASSPHRASE });
 */
export function hmacAuth(options: HmacAuthOptions): DashboardAuth {
  const passphrase = new Passphrase(options.passphrase);
  const sessions = new SessionCookie(options, `session, passphrase ${passphrase.fingerprint}`);
  const identity: Identity = { userId: options.user ?? 'dashboard', claims: options.claims ?? {} };
  const loginPath = pathOption('loginPath', options.loginPath ?? '/login');
  const logoutPath = pathOption('logoutPath', options.logoutPath ?? '/logout');
  if (loginPath === logoutPath) throw wrong('loginPath and logoutPath must differ');
  const form = new LoginForm({
    passphrase,
    logger: safeLogger(options.logger),
    issue: (request) => sessions.issue(identity, request),
  });

  async function handle(...[request, response, next]: Parameters<HttpHandler>): Promise<void> {
    const path = pathOf(request.url ?? '/');
    if (path === loginPath) return form.handle(request, response);
    if (path === logoutPath) return signOut(request, response);
    const { state } = await sessions.read(request.headers.cookie);
    if (state === 'open') next?.();
    else sendToLogin(request, response, loginPath.slice(1));
  }

  const signOut = (request: HttpRequest, response: Parameters<HttpHandler>[1]): void => {
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'POST' }).end();
    } else if (!isFromOwnPage(request)) {
      response.writeHead(403).end();
    } else {
      response.setHeader('set-cookie', sessions.clear(request));
      const isForm = request.headers.accept?.includes('text/html') === true;
      if (isForm) response.writeHead(303, { location: `.${loginPath}` }).end();
      else response.writeHead(204).end();
    }
  };

  return {
    clientConfig: { strategy: 'hmac', loginPath: loginPath.slice(1), logoutPath: logoutPath.slice(1) },
    middleware: (request, response, next) => {
      handle(request, response, next).catch((error: unknown) => next?.(error));
    },
    async authenticate({ metadata }) {
      if (metadata.has('authorization')) return undefined;
      const session = await sessions.read(metadata.get('cookie'));
      if (session.state === 'none') return undefined;
      refuseForeignPage(metadata, {});
      if (session.state === 'ended') throw new ConfigError('unauthenticated', 'the session has ended');
      return session.identity;
    },
  };
}

/** One segment, so that relative URLs lead there and back. */
function pathOption(name: string, path: string): string {
  if (/^\/[a-z0-9_-]+$/i.test(path)) return path;
  throw wrong(`${name} must be a slash and a word, as in /login, not ${JSON.stringify(path)}`);
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
