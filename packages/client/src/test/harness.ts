import { afterEach } from 'vitest';
import type { RemoteStoreOptions } from '../options.js';
import { RemoteStore } from '../remote-store.js';
import { startServer, type TestServer, type TestServerOptions } from './server.js';

/** Servers and stores that are ended after each test. */
export interface Harness {
  server(options?: TestServerOptions): Promise<TestServer>;
  /** Not connected yet; without TLS unless the options say otherwise. */
  store(server: ConstructorParameters<typeof RemoteStore>[0], options?: RemoteStoreOptions): RemoteStore;
  connected(server: TestServer, options?: RemoteStoreOptions): Promise<RemoteStore>;
}

export function harness(): Harness {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  const store: Harness['store'] = (server, options = {}) => {
    const insecure = (typeof server === 'string' || Array.isArray(server)) &&
      options.tls === undefined && { insecure: true };
    const made = new RemoteStore(server, { ...insecure, ...options });
    ends.push(() => made.close());
    return made;
  };
  return {
    store,
    async server(options) {
      const server = await startServer(options);
      ends.push(() => server.kill());
      return server;
    },
    async connected(server, options) {
      const made = store(server.address, options);
      await made.connect();
      return made;
    },
  };
}

/** Settles when the condition holds; the test's own timeout is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
