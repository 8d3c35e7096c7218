import { readFileSync } from 'node:fs';
import type { Exchange } from '../exchange.js';
import { notFound } from '../http-error.js';
import { KeptBody } from '../kept-body.js';
import type { OwnRoute } from '../router.js';
import { openApiDocument } from './document.js';
import { docs, openApi } from './own-operations.js';

const viewer = new URL('../../src/gen/viewer/', import.meta.url);

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>cfg</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="viewer"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

// Without a validatorUrl the viewer would show the document to a third party.
const start = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#viewer', validatorUrl: null, deepLinking: true });\n`;

const html = 'text/html; charset=utf-8';
const script = 'text/javascript; charset=utf-8';

/** The viewer draws with inline styles and images of its own. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** `/openapi.json`, and `/docs` which shows it. `own`: the gateway's other routes. */
export function openApiRoutes(own: readonly OwnRoute[], showsDocs: boolean): readonly OwnRoute[] {
  const viewerRoutes = showsDocs ? docsRoutes() : [];
  const routes: readonly OwnRoute[] = [
    { verb: 'GET', path: '/openapi.json', operation: openApi, endpoint: (exchange) => sendDocument(exchange) },
    ...viewerRoutes.slice(0, 1),
  ];
  const documents = new Map<string, KeptBody>();
  const sendDocument = async (exchange: Exchange): Promise<void> => {
    const base = baseOf(exchange);
    const known = documents.get(base) ?? new KeptBody(JSON.stringify(openApiDocument([...own, ...routes], base)));
    // Where it is mounted is the application's choice, so that there are few.
    if (documents.size < 10) documents.set(base, known);
    await exchange.reply.send(200, known, { 'cache-control': 'no-cache' });
  };
  return [...routes, ...viewerRoutes.slice(1)];
}

function docsRoutes(): readonly OwnRoute[] {
  const fromViewer = (name: string): Buffer => readFileSync(new URL(name, viewer));
  const files = new Map<string, { readonly read: () => string | Buffer; readonly type: string }>([
    ['start.js', { read: () => start, type: script }],
    ['swagger-ui-bundle.js', { read: () => fromViewer('swagger-ui-bundle.js'), type: script }],
    ['swagger-ui.css', { read: () => fromViewer('swagger-ui.css'), type: 'text/css; charset=utf-8' }],
  ]);
  const kept = new Map<string, KeptBody>();
  return [
    {
      verb: 'GET',
      path: '/docs',
      operation: docs,
      endpoint: async (exchange) => {
        await exchange.reply.send(200, page, { 'content-type': html, 'content-security-policy': policy });
      },
    },
    {
      verb: 'GET',
      path: '/docs/{file}',
      operation: docs,
      endpoint: async (exchange) => {
        const name = exchange.variables()[0]?.[1] ?? '';
        const file = files.get(name);
        if (file === undefined) throw notFound();
        const body = kept.get(name) ?? new KeptBody(file.read());
        kept.set(name, body);
        await exchange.reply.send(200, body, { 'content-type': file.type, 'cache-control': 'no-cache' });
      },
    },
  ];
}

/** Under which path the gateway is mounted, as express says. */
function baseOf({ request }: Exchange): string {
  const { baseUrl } = request as { readonly baseUrl?: string | undefined };
  return typeof baseUrl === 'string' && /^[\w./~-]*$/.test(baseUrl) ? baseUrl : '';
}
