// Copies the viewer of the OpenAPI document into src/gen/viewer, from where the gateway serves it: whoever installs the
// gateway needs no package for it, and a browser no third party.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const from = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const to = fileURLToPath(new URL('src/gen/viewer', import.meta.url));

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
// Its licences under names of their own: pnpm leaves ours out of a tarball that has any file with LICENSE in its name.
const files = {
  'swagger-ui-bundle.js': 'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt': 'swagger-ui-bundle.COPYING.txt',
  'swagger-ui.css': 'swagger-ui.css',
  LICENSE: 'swagger-ui.COPYING.txt',
  NOTICE: 'swagger-ui.NOTICE.txt',
};
for (const [name, copy] of Object.entries(files)) copyFileSync(join(from, name), join(to, copy));
