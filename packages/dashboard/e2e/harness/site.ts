import { once } from 'node:events';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// TODO(dash2): replaced by the program's own dashboard once it serves one.
const app = fileURLToPath(new URL('../../dist/app', import.meta.url));
const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The page and, for the rest, the program: on one origin. */
export async function serveSite(target: () => number): Promise<{ url: string; server: Server }> {
  const server = createServer((incoming, response) => {
    const path = new URL(incoming.url ?? '/', 'http://site').pathname;
    if (path.startsWith('/dashboard/')) return serve(path.slice('/dashboard/'.length), response);
    const forwarded = request(
      { port: target(), host: '127.0.0.1', path: incoming.url, method: incoming.method, headers: incoming.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
        answer.on('error', () => response.destroy());
      },
    );
    forwarded.on('error', () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    });
    response.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return { url: `http://127.0.0.1:${port}/dashboard/`, server };
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-CFG_CSP_NONCE'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

function serve(path: string, response: ServerResponse): void {
  if (path === 'config.json') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"auth":{"strategy":"none"},"apiPath":"../"}');
    return;
  }
  const file = join(app, path);
  if (path.startsWith('assets/') && existsSync(file)) {
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy });
  response.end(readFileSync(join(app, 'index.html'), 'utf8').replace('<base href="./"', '<base href="/dashboard/"'));
}
