import { callerOf, type HttpRequest, hostOf } from './caller.js';

/**
 * Whether a web page of `origin` (as in `https://config.example.com:8443`) is the server's own, which was addressed by one
 * of `hosts`, with port.
 */
export function isOwnOrigin(origin: string, ...hosts: readonly (string | undefined)[]): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  // An app's own pages, as those of capacitor://localhost, are not the server's.
  return /^https?:$/.test(protocol) && hosts.some((own) => own?.toLowerCase() === host);
}

/**
 * Whether a request that changes something comes from one of the server's own pages, or from no web page at all. It is
 * what stands between a cookie and the pages of others (CSRF), beside the cookie's own `SameSite`.
 */
export function isFromOwnPage(request: HttpRequest): boolean {
  const { origin } = request.headers;
  // Newer browsers say it themselves, where the connection is safe; no page can write this header.
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === undefined || isOwnOrigin(origin, hostOf(request.headers), callerOf(request).host);
}
