import type { DashboardAuth } from './dashboard-auth.js';

/**
 * The page is for everybody, and sends no credential of its own. For development, and where the API's guard knows callers
 * by what their browsers send anyway: a client certificate, or what a proxy in front adds.
 */
export function noAuth(): DashboardAuth {
  return { middleware: (_request, _response, next) => next?.(), clientConfig: { strategy: 'none' } };
}
