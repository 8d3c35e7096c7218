import { isIP } from 'node:net';
import { ConfigError } from '@cfg/core';
import { callerOf, type HttpRequest, hostOf, isOwnOrigin } from '@cfg/service';
import { Status } from 'nice-grpc-common';
import { HttpError } from './http-error.js';

/** Which web pages may send requests, and under which names the server may be addressed. */
export interface OriginOptions {
  /**
   * Origins of web pages other than the server's own that may send requests, as in `https://admin.example.com`; `*`: all.
   * Default: none. What does not come from a web page has no origin and is not concerned.
   */
  readonly allowedOrigins?: readonly string[] | undefined;
  /**
   * The names (without port) under which the server may be addressed, as in `config.example.com`; addresses and names of
   * the loopback always are. It protects open servers from DNS rebinding: a foreign page whose name is made to lead
   * here. Default: all.
   */
  readonly allowedHosts?: readonly string[] | undefined;
}

/** Throws the error for a request that a foreign web page has sent. */
export type OriginCheck = (request: HttpRequest) => void;

/** Throws `invalid_argument` for an origin that is none. */
export function originCheck({ allowedOrigins = [], allowedHosts }: OriginOptions): OriginCheck {
  checkList('allowedOrigins', allowedOrigins);
  if (allowedHosts !== undefined) checkList('allowedHosts', allowedHosts);
  for (const origin of allowedOrigins) {
    if (origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin)) continue;
    const message = `allowedOrigins: ${JSON.stringify(origin)} is no origin, as https://admin.example.com is one`;
    throw new ConfigError('invalid_argument', message);
  }
  const origins = new Set(allowedOrigins);
  const isKnownHost = allowedHosts && hostCheck(new Set(allowedHosts.map((host) => host.toLowerCase())));

  return (request) => {
    const { headers } = request;
    const host = hostOf(headers);
    if (isKnownHost?.(host) === false) {
      throw refused(`the host ${quoted(host)} is not one of this server's`);
    }
    if (origins.has('*')) return;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const site = headers['sec-fetch-site'];
    // Without an origin: where a write comes from, an old browser says only as the page that it was sent from.
    const origin = headers.origin ?? (isRead || site !== undefined ? undefined : originOf(headers.referer));
    if (origin !== undefined) {
      if (origins.has(origin) || isOwnOrigin(origin, host, callerOf(request).host)) return;
      throw refused(`the origin ${quoted(origin)} is not allowed`);
    }
    // Pages send no origin with what needs no permission to be sent; the browser says where it comes from. The same site
    // has other ports and other names.
    const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
    // Following a link shows a page to its user, and to no script.
    if (isForeign && !(isRead && headers['sec-fetch-mode'] === 'navigate')) {
      throw refused('requests of other origins are not allowed');
    }
  };
}

function checkList(name: string, list: unknown): void {
  if (Array.isArray(list) && list.every((each) => typeof each === 'string')) return;
  throw new ConfigError('invalid_argument', `${name} must be a list of strings`);
}

/** The origin of a page's address; `null`, which is nobody's, where that cannot be told. */
function originOf(referer: string | undefined): string | undefined {
  if (referer === undefined) return undefined;
  return URL.canParse(referer) ? new URL(referer).origin : 'null';
}

const refused = (message: string): HttpError => new HttpError(Status.PERMISSION_DENIED, message);

const quoted = (text: string | undefined): string => JSON.stringify((text ?? '').slice(0, 100));

/** How many names are remembered. Bounded because callers choose them. */
const maxRemembered = 500;

/** Whether the server may be addressed by the header's name. A server has few, so they are remembered. */
function hostCheck(hosts: ReadonlySet<string>): (header: string | undefined) => boolean {
  const known = new Map<string, boolean>();
  return (header) => {
    // Only browsers rebind names, and they always send a host.
    if (header === undefined) return true;
    let allowed = known.get(header);
    if (allowed === undefined) {
      allowed = isAllowed(hosts, header);
      if (known.size >= maxRemembered) known.clear();
      known.set(header, allowed);
    }
    return allowed;
  };
}

function isAllowed(hosts: ReadonlySet<string>, header: string): boolean {
  // Whatever else is in it, such as a user before an @, would be read as another part of an address.
  if (!/^([\w.-]+|\[[\da-f:.]+\])(:\d*)?$/i.test(header) || !URL.canParse(`http://${header}`)) return false;
  const hostname = new URL(`http://${header}`).hostname.replace(/\.$/, '');
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) > 0;
  return isAddress || hostname === 'localhost' || hostname.endsWith('.localhost') || hosts.has(hostname);
}
