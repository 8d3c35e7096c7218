import type { ServerResponse } from 'node:http';
import type { Logger } from '@cfg/core';
import { callerOf, type HttpRequest, isFromOwnPage } from '@cfg/service';
import { pageWithin } from '../../page-path.js';
import { readLogin } from './login-body.js';
import { type LoginMessage, loginPage, loginPageHeaders } from './login-page.js';
import { LoginThrottle } from './login-throttle.js';
import type { Passphrase } from './passphrase.js';

export interface LoginFormOptions {
  readonly passphrase: Passphrase;
  readonly logger: Logger;
  /** The `Set-Cookie` header of a new session. */
  issue(request: HttpRequest): Promise<string>;
}

/**
 * The form by which one signs in. A GET shows it. A POST of the form leads to the page that was asked for, or shows the
 * form again; a POST of JSON, which the page sends when a session ends in the middle of an edit, is answered with 204,
 * 401 or 429.
 */
export class LoginForm {
  readonly #options: LoginFormOptions;
  readonly #throttle = new LoginThrottle();

  constructor(options: LoginFormOptions) {
    this.#options = options;
  }

  async handle(request: HttpRequest, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    const returnTo = new URLSearchParams(url.split('?')[1]).get('returnTo') ?? undefined;
    if (method === 'GET' || method === 'HEAD') return show(request, response, 200, undefined, returnTo);
    if (method !== 'POST') return void response.writeHead(405, { allow: 'GET, HEAD, POST' }).end();
    // A page of others must not sign a user in either.
    if (!isFromOwnPage(request)) return reply(request, response, 403, 'foreign');
    return this.#signIn(request, response);
  }

  async #signIn(request: HttpRequest, response: ServerResponse): Promise<void> {
    const body = await readLogin(request);
    if (body === undefined) return reply(request, response, 400, 'unreadable');
    const { passphrase, logger, issue } = this.#options;
    const { address } = callerOf(request);
    const waitSeconds = this.#throttle.take(request);
    if (waitSeconds > 0) {
      logger.warn({ address, waitSeconds }, 'too many attempts to sign in');
      response.setHeader('retry-after', waitSeconds);
      return reply(request, response, 429, 'throttled', body.returnTo);
    }
    if (!passphrase.equals(body.passphrase)) {
      logger.warn({ address }, 'an attempt to sign in with a wrong passphrase');
      return reply(request, response, 401, 'wrong', body.returnTo);
    }
    this.#throttle.putBack(request);
    response.setHeader('set-cookie', await issue(request));
    response.setHeader('cache-control', 'no-store');
    if (isJson(request)) response.writeHead(204).end();
    else response.writeHead(303, { location: `.${pageWithin(body.returnTo)}` }).end();
  }
}

function reply(
  request: HttpRequest,
  response: ServerResponse,
  status: number,
  message: LoginMessage,
  returnTo?: string,
): void {
  // The unread rest of a body would be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close');
  if (!isJson(request)) {
    show(request, response, status, message, returnTo);
    return;
  }
  const body = JSON.stringify({ message });
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
}

function show(
  request: HttpRequest,
  response: ServerResponse,
  status: number,
  message: LoginMessage | undefined,
  returnTo: string | undefined,
): void {
  const page = loginPage(request.headers['accept-language'], message, pageWithin(returnTo));
  response
    .writeHead(status, { ...loginPageHeaders, 'content-length': Buffer.byteLength(page) })
    .end(request.method === 'HEAD' ? undefined : page);
}

const isJson = ({ headers }: HttpRequest): boolean => /^application\/json\b/i.test(headers['content-type'] ?? '');
