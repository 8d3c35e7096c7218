// How vitest runs in every project; each has a vitest.config.mjs that hands this on.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'], // the sources: what is built below dist/ is JavaScript
    exclude: ['**/node_modules/**', '**/dist/**'],
    // One process for all files of a project: each would load the packages anew, which takes longer than most tests. What a
    // file changes in its process it restores.
    isolate: false,
    // So that the last project, of those that run at a time, does not leave a core idle.
    maxWorkers: 2,
    // Real sockets, files and processes on a busy machine: generous, since a test that hangs fails all the same.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 60_000 } },
    setupFiles: [fileURLToPath(new URL('vitest.patience.mjs', import.meta.url))],
    reporters: ['default', 'json'],
    outputFile: { json: 'test-report.json' }, // read by tools/test.mjs
    passWithNoTests: false,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
