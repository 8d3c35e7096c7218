import { ConfigError, type Logger, safeLogger } from '@cfg/core';
import type { Guard, HttpHandler } from '@cfg/service';
import type { DashboardAuth } from './auth/dashboard-auth.js';

export interface DashboardOptions {
  /** How users sign in. */
  readonly auth: DashboardAuth;
  /** Where the dashboard is, below the place where its handler is mounted. Default `/dashboard/`. */
  readonly basePath?: string | undefined;
  /**
   * Where the gateway is: the path that `/v1` begins after, on the same server. Without a slash in front it is taken
   * from the dashboard's own place, so that both may be mounted anywhere. Default: where {@link basePath} begins.
   */
  readonly apiPath?: string | undefined;
  /**
   * The API's guard: it tells the page who has signed in, and who else has a key on the screen, to callers who may read
   * the key. Default: {@link auth} tells who has signed in, where it can, and nobody is told of others.
   */
  readonly guard?: Guard | undefined;
  /**
   * Answers `GET /metrics`, as the gateway's `createMetrics(…).handler` does, for the page of status. With {@link guard}
   * it is for callers who may do `metrics`, else for everybody who may see the page. Default: no rates are shown.
   */
  readonly metrics?: HttpHandler | undefined;
  /** Told of faults that users only see as an error 500. Default: silent. */
  readonly logger?: Logger | undefined;
}

/** The options, complete and checked. */
export interface DashboardSettings {
  readonly auth: DashboardAuth;
  /** With a slash at both ends. */
  readonly basePath: string;
  readonly apiPath: string;
  readonly guard: Guard | undefined;
  readonly metrics: HttpHandler | undefined;
  readonly logger: Logger;
}

/** Throws `invalid_argument`, naming the option. */
export function completeOptions(options: DashboardOptions): DashboardSettings {
  const { auth, basePath = '/dashboard/', guard, metrics, logger } = options;
  if (typeof auth?.middleware !== 'function' || typeof auth.clientConfig?.strategy !== 'string') {
    throw wrong(
      'auth must have a middleware and a clientConfig with a strategy; see hmacAuth, bearerTokenAuth, noAuth',
    );
  }
  if (!/^(\/[\w.~-]+)*\/?$/.test(basePath) || basePath.split('/').some((part) => part === '.' || part === '..')) {
    throw wrong(`basePath must be a path of plain segments, as in /dashboard/, not ${JSON.stringify(basePath)}`);
  }
  const complete = basePath.endsWith('/') ? basePath : `${basePath}/`;
  const apiPath = options.apiPath ?? ('../'.repeat(complete.split('/').length - 2) || './');
  if (!/^[\w./~-]*$/.test(apiPath) || apiPath.startsWith('//')) {
    throw wrong(`apiPath must be a path on the same server, as in /config/, not ${JSON.stringify(apiPath)}`);
  }
  const api = apiPath === '' || apiPath.endsWith('/') ? apiPath : `${apiPath}/`;
  return { auth, basePath: complete, apiPath: api || './', guard, metrics, logger: safeLogger(logger) };
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
