import { ConfigError } from '@cfg/core';
import { type GuardContext, isOwnOrigin } from '@cfg/service';

export interface ForeignPages {
  /**
   * Origins of web pages beside the server's own whose calls count with this cookie, as in `https://admin.example.com`.
   * The gateway has to allow them as well. Default: none.
   */
  readonly allowedOrigins?: readonly string[] | undefined;
}

/**
 * Throws `permission_denied` for a call that a web page of another origin has sent: a browser adds its user's cookie to
 * what any page sends. The gateway refuses such calls too, unless it is told to take all.
 */
export function refuseForeignPage(metadata: GuardContext['metadata'], { allowedOrigins = [] }: ForeignPages): void {
  const origin = metadata.get('grpcgateway-origin');
  if (origin === undefined || allowedOrigins.includes(origin)) return;
  if (isOwnOrigin(origin, metadata.get('x-forwarded-host'))) return;
  const shown = JSON.stringify(origin.slice(0, 100));
  throw new ConfigError('permission_denied', `the origin ${shown} may not use the session of a browser`);
}
