import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { HttpHandler, HttpRequest } from '@cfg/service';
import { AppFiles } from './app-files.js';
import { completeOptions, type DashboardOptions, type DashboardSettings } from './options.js';
import { pathOf } from './page-path.js';
import { Presence } from './presence/presence.js';
import { tellPresence } from './presence/presence-route.js';
import { securityHeaders } from './security-headers.js';
import { permission, sessionInfo } from './session-info.js';
import { readVersion } from './version.js';

/** The page for operators. */
export interface Dashboard {
  /**
   * Mount it before the gateway, with `app.use(dashboard.handler)`, or call it from a server of `node:http`. It hands on
   * what is not below its path; without a next handler that is 404.
   */
  readonly handler: HttpHandler;
  /** Where it is, with a slash at both ends. */
  readonly basePath: string;
}

/**
 * A dashboard for the gateway on the same server. Throws `invalid_argument` if an option is wrong.
 *
 * @example
 * const auth = hmacAuth({ secret, passphrase });
 * const guard = sessionGuard(auth, rbac(policy));
 * const gateway = createInProcessGateway(createConfigService(store, { guard }));
 * express().use(createDashboard({ auth, guard }).handler, gateway.handler).listen(8080);
 */
export function createDashboard(options: DashboardOptions): Dashboard {
  return dashboardOf(completeOptions(options), fileURLToPath(new URL('../dist/app/', import.meta.url)));
}

/** @param directory of the built page */
export function dashboardOf(settings: DashboardSettings, directory: string): Dashboard {
  const { basePath, auth, guard, logger } = settings;
  const files = new AppFiles(directory);
  const presence = new Presence();
  const { apiPath } = settings;
  const hasPresence = guard ? { presence: true } : {};
  const config = JSON.stringify({ auth: auth.clientConfig, apiPath, version: readVersion(), ...hasPresence });

  async function answer(request: HttpRequest, response: ServerResponse): Promise<void> {
    const path = pathOf(request.url ?? '/');
    if (path === '/presence' && request.method === 'POST' && guard) {
      const { status, body } = await tellPresence(presence, request, response, guard, logger);
      sendJson(response, status, JSON.stringify(body));
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else if (path === '/config.json') {
      sendJson(response, 200, config);
    } else if (path === '/session') {
      const { status, body } = await sessionInfo(request, response, settings);
      sendJson(response, status, JSON.stringify(body));
    } else if (path === '/metrics' && settings.metrics) {
      const { status, body } = await permission('metrics', request, response, settings);
      if (status === 200) settings.metrics(request, response);
      else sendJson(response, status, JSON.stringify(body));
    } else {
      files.send(request, response);
    }
  }

  const fail = (request: HttpRequest, response: ServerResponse, error: unknown): void => {
    logger.error({ err: error, method: request.method, url: request.originalUrl }, 'the dashboard failed');
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { 'content-type': 'text/plain' }).end('internal error\n');
  };

  const handler: HttpHandler = (request: HttpRequest & { originalUrl?: string }, response, next) => {
    const url = request.url ?? '/';
    const within = urlWithin(basePath, url);
    if (within === undefined) {
      if (next) next();
      else response.writeHead(404).end();
      return;
    }
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    if (within === '') {
      response.writeHead(308, { location: missingSlash(url) }).end();
      return;
    }
    request.originalUrl ??= url;
    request.url = within;
    const proceed = (error?: unknown): void => {
      if (error !== undefined) fail(request, response, error);
      else answer(request, response).catch((cause: unknown) => fail(request, response, cause));
    };
    // The files of the page are the same for everybody, and are needed to sign in again when a session has ended.
    if (within.startsWith('/assets/')) proceed();
    else auth.middleware(request, response, proceed);
  };
  return { handler, basePath };
}

/** The rest of the path after the base path, with a slash in front; empty for the base path without its last slash. */
function urlWithin(basePath: string, url: string): string | undefined {
  if (url.startsWith(basePath)) return url.slice(basePath.length - 1);
  return basePath.length > 1 && pathOf(url) === basePath.slice(0, -1) ? '' : undefined;
}

/** The same with a slash, relative to it: it is right below any mount. */
function missingSlash(url: string): string {
  const path = pathOf(url);
  return `${path.slice(path.lastIndexOf('/') + 1)}/${url.slice(path.length)}`;
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
}
