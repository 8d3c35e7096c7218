import type { HttpHandler } from '@cfg/service';
import type { Registry } from 'prom-client';

/** Serves a registry on `GET /metrics`, in Prometheus' text format; any other request is 404. */
export const metricsHandler =
  (read: () => Registry | Promise<Registry>): HttpHandler =>
  (request, response) => {
    const path = (request.url ?? '').split('?')[0];
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (path !== '/metrics' || !isRead) {
      response.writeHead(404).end();
      return;
    }
    const send = async (): Promise<void> => {
      const registry = await read();
      const text = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(text);
    };
    send().catch(() => response.writeHead(500).end());
  };
