import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http, { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import type { HttpHandler } from '@cfg/service';
import { type Dashboard, dashboardOf } from '../dashboard.js';
import { completeOptions, type DashboardOptions } from '../options.js';

export const script: string = `console.log(${JSON.stringify('x'.repeat(2_000))})`;
export const page = `<!doctype html><html><head><base href="./" /><meta property="csp-nonce" nonce="CFG_CSP_NONCE">
<script type="module" src="./assets/app-abc123.js"></script></head><body></body></html>`;

/** A page as the build makes it, small. */
export class BuiltPage implements Disposable {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'cfg-dashboard-'));

  constructor() {
    mkdirSync(join(this.directory, 'assets'));
    writeFileSync(join(this.directory, 'index.html'), page);
    const asset = join(this.directory, 'assets/app-abc123.js');
    writeFileSync(asset, script);
    writeFileSync(`${asset}.br`, brotliCompressSync(script));
    writeFileSync(`${asset}.gz`, gzipSync(script));
    writeFileSync(join(this.directory, '../cfg-outside.txt'), 'outside');
  }

  dashboard(options: DashboardOptions): Dashboard {
    return dashboardOf(completeOptions(options), this.directory);
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true });
    rmSync(join(this.directory, '../cfg-outside.txt'), { force: true });
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server on the loopback. Its requests follow no redirect and send paths as they are. */
export class Web implements AsyncDisposable {
  readonly #server: http.Server;

  private constructor(server: http.Server) {
    this.#server = server;
  }

  static async serving(handler: HttpHandler | http.RequestListener): Promise<Web> {
    const server = createServer(handler as http.RequestListener);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return new Web(server);
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
    const [hostname, port] = this.host.split(':');
    return new Promise((resolve, reject) => {
      const request = http.request({ hostname, port, path, method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers: received } = response;
          resolve({ status, headers: received, text: textOf(Buffer.concat(chunks), received['content-encoding']) });
        });
      });
      request.on('error', reject).end(body);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function textOf(bytes: Buffer, encoding: string | undefined): string {
  if (encoding === 'br') return brotliDecompressSync(bytes).toString();
  return (encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
}

/** The cookie that a response sets, as a browser sends it back; empty if it ends the session. */
export function cookieFrom({ headers }: Answer): string {
  return headers['set-cookie']?.[0]?.split(';')[0]?.replace(/^[^=]+=$/, '') ?? '';
}
