import { storeConformance, watchProperty } from '@cfg/core/conformance';
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

storeConformance('RemoteStore over a socket', open, {
  without: {
    'default namespace': 'the wire refuses an empty namespace',
    bulk: 'the wire has no bulk calls yet',
    types: 'the server derives the type; the suite against the real one tests it',
  },
});
watchProperty('RemoteStore over a socket', open, { runs: 20 });
