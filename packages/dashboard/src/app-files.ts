import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { ConfigError } from '@cfg/core';
import type { HttpRequest } from '@cfg/service';
import sirv from 'sirv';
import { pathOf, rootFrom } from './page-path.js';
import { contentSecurityPolicy } from './security-headers.js';

/** The placeholder that the build has put into the page for us to fill in. */
const placeholders = { base: '<base href="./"', nonce: 'CFG_CSP_NONCE' };

/** The built page: one HTML file, and assets whose names change when they do. */
export class AppFiles {
  readonly #index: string;
  readonly #serve: ReturnType<typeof sirv>;

  /** Lists the files once; what is not in the list is not served. Throws `unavailable` where the page is not built. */
  constructor(directory: string) {
    try {
      this.#index = readFileSync(join(directory, 'index.html'), 'utf8');
    } catch (cause) {
      throw new ConfigError('unavailable', `the dashboard's page is not built: there is none in ${directory}`, {
        cause,
      });
    }
    this.#serve = sirv(directory, {
      brotli: true,
      gzip: true,
      etag: true,
      ignores: false,
      extensions: [],
      setHeaders: (response, path) => {
        response.setHeader(
          'cache-control',
          path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        );
      },
    });
  }

  /** Sends the file of that name, or the page, which shows what its URL says. `request.url` begins at the dashboard. */
  send(request: HttpRequest, response: ServerResponse): void {
    const path = pathOf(request.url ?? '/');
    const sendPage = (): void => this.#sendPage(request, response);
    if (path === '/' || path === '/index.html') {
      sendPage();
      return;
    }
    this.#serve(request, response, () => {
      const isAsset = path.startsWith('/assets/');
      if (isAsset)
        response.writeHead(404, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end('not found\n');
      else sendPage();
    });
  }

  #sendPage(request: HttpRequest, response: ServerResponse): void {
    const nonce = randomBytes(16).toString('base64');
    const root = rootFrom(request.url ?? '/');
    const page = this.#index.replace(placeholders.base, `<base href="${root}"`).replaceAll(placeholders.nonce, nonce);
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(page),
      'content-security-policy': contentSecurityPolicy(`'nonce-${nonce}'`),
      'cache-control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : page);
  }
}
