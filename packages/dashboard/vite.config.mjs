// Builds the page to dist/app: assets with hashed names, each beside its compressed forms, so that a server sends files.
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const outDir = join(import.meta.dirname, 'dist/app');

const compressed = {
  '.br': (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  '.gz': (bytes) => gzipSync(bytes, { level: 9 }),
};

/** Adds the licences of what only the workers carry: Vite tells those of the page alone. */
const workerLicences = {
  name: 'worker-licences',
  closeBundle() {
    const known = readFileSync(join(outDir, 'licenses.md'), 'utf8');
    for (const name of ['yaml', 'smol-toml']) {
      if (known.includes(`## ${name} - `)) continue;
      const home = join(import.meta.dirname, 'node_modules', name);
      const { version, license } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
      const text = readFileSync(join(home, 'LICENSE'), 'utf8');
      appendFileSync(join(outDir, 'licenses.md'), `\n## ${name} - ${version} (${license})\n\n${text}`);
    }
  },
};

/** Writes `x.js.br` and `x.js.gz` beside each text file. */
const compress = {
  name: 'compress',
  closeBundle() {
    for (const file of readdirSync(outDir, { recursive: true })) {
      if (!/\.(?:js|css|html|svg|txt)$/.test(file)) continue;
      const bytes = readFileSync(join(outDir, file));
      for (const [suffix, pack] of Object.entries(compressed)) writeFileSync(join(outDir, file + suffix), pack(bytes));
    }
  },
};

/** What several screens share is one file: many small ones compress worse, and each is a request. */
const ofThePage =
  /app\/src\/(?:api|live|shell|state|ui)\/|\/node_modules\/(?:lucide-react|@radix-ui|@tanstack|@floating-ui|react|react-dom|scheduler)\//;

export default defineConfig({
  root: join(import.meta.dirname, 'app'),
  base: './',
  html: { cspNonce: 'CFG_CSP_NONCE' }, // the server puts a new one into each page
  plugins: [react(), workerLicences, compress],
  worker: { format: 'es' },
  build: {
    outDir,
    emptyOutDir: true,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0, // the page's policy allows no data: but images
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    license: { fileName: 'licenses.md' },
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'page', test: ofThePage, minShareCount: 2 }] } } },
    manifest: 'manifest.json',
  },
});
