// As vitest.shared.mjs, but servers that tests create with nice-grpc's `createServer` are those of @cfg/grpc-door: all
// that holds through the one must hold through the other.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import shared from './vitest.shared.mjs';

const instead = fileURLToPath(new URL('tools/lib/fast-door.mjs', import.meta.url));

export default defineConfig({
  ...shared,
  plugins: [
    {
      name: 'fast-door',
      enforce: 'pre',
      resolveId: (id, importer) => (id === 'nice-grpc' && importer !== instead ? instead : undefined),
    },
  ],
  test: {
    ...shared.test,
    exclude: [...shared.test.exclude, '**/*in-process*.test.ts'], // no gRPC there
    outputFile: { json: 'fast-door-report.json' }, // read by tools/checks/suites.mjs
  },
});
