import type { ServerResponse } from 'node:http';
import type { HttpRequest } from '@cfg/service';
import { rootFrom } from '../page-path.js';
import { textPage } from '../text-page.js';

/**
 * Answers a request without a good credential: a browser that opens a page goes to where one signs in, and comes back
 * afterwards; anything else gets 401.
 */
export function sendToLogin(request: HttpRequest, response: ServerResponse, loginUrl: string | undefined): void {
  const { headers, method, url = '/' } = request;
  const opensPage = (method === 'GET' || method === 'HEAD') && headers.accept?.includes('text/html') === true;
  if (!opensPage || loginUrl === undefined) {
    const next = loginUrl === undefined ? 'Sign in where you sign in to this server, then come back.' : '';
    textPage(response, 401, 'Not signed in', next);
    return;
  }
  // A browser keeps a SameSite=Strict cookie back when a link of another site leads here. It is sent with the next
  // request, which is our own page's.
  if (headers['sec-fetch-site'] === 'cross-site') {
    const self = escapeAttribute(`${rootFrom(url)}${url.slice(1)}`);
    textPage(response, 200, 'One moment', '', `<meta http-equiv="refresh" content="0;url=${self}">`);
  } else {
    response.writeHead(303, { location: withReturn(request, loginUrl), 'cache-control': 'no-store' }).end();
  }
}

/** A path within the dashboard is told how to get there from `request`; another URL gets the whole path to return to. */
function withReturn({ url = '/', originalUrl = url }: HttpRequest, loginUrl: string): string {
  const isOwn = !/^(\/|[a-z][a-z0-9+.-]*:)/i.test(loginUrl);
  const target = isOwn ? `${rootFrom(url)}${loginUrl}` : loginUrl;
  const query = new URLSearchParams({ returnTo: isOwn ? url : originalUrl });
  return `${target}${target.includes('?') ? '&' : '?'}${query}`;
}

const escapeAttribute = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
