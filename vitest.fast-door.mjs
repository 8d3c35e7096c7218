// As vitest.shared.mjs, with the servers of the tests being those of @cfg/grpc-door instead of nice-grpc's.
import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vitest/config';
import shared from './vitest.shared.mjs';

const instead = fileURLToPath(new URL('tools/lib/fast-door.mjs', import.meta.url));

export default mergeConfig(shared, {
  plugins: [
    {
      name: 'fast-door',
      enforce: 'pre',
      resolveId: (id, importer) => (id === 'nice-grpc' && importer !== instead ? instead : undefined),
    },
  ],
});
