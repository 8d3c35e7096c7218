import { doorLimits, storeConformance, watchProperty } from '@cfg/core/conformance';
import { RemoteStore } from './remote-store.js';
import { startServer } from './test/server.js';

const open = async () => {
  const server = await startServer();
  const store = new RemoteStore(server.address, { insecure: true });
  await store.connect();
  return {
    store,
    close: async () => {
      await store.close();
      server.kill();
      await server.store.close();
    },
  };
};

storeConformance('RemoteStore over a socket', open, { without: doorLimits.remote });
watchProperty('RemoteStore over a socket', open, { runs: 20 });
