import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpHandler } from '@cfg/service';
import type { Address } from './address.js';
import { cannotOpen, type Door } from './door.js';

/** Opens the door to `GET /metrics`. It has no guard, so it belongs where only operators reach it. */
export async function openMetricsDoor(handler: HttpHandler, address: Address): Promise<Door> {
  const server = createServer(handler);
  // Node.js closes connections after 5 s, which a scraper that keeps its own would trip over.
  server.keepAliveTimeout = 72_000;
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: Error): void => reject(cannotOpen('metrics', address, error));
    server.once('error', refuse);
    server.listen(address.port, address.host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    address: { host: address.host, port: (server.address() as AddressInfo).port },
    drain: close,
    cut: () => void close(),
  };
}
