// npm start: sets the clone up, builds what the server needs and runs it. Flags go on to the server:
// `npm start -- --store memory --grpc 127.0.0.1:0`.
//
// Signals: package.json has `exec "$npm_node_execpath"`, so that neither the shell nor the `node` in node_modules/.bin, a
// shell script, stands between npm and this process and keeps signals to itself.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exitCodeOf } from './lib/process.mjs';
import { setUp } from './lib/setup.mjs';
import { environment, node24, root } from './lib/workspace.mjs';

/** How long a repeated signal is taken for the same key press: Ctrl-C reaches us from the terminal and again from npm. */
const sameSignalMs = 1_000;

/** How often we look whether npm is still there. */
const parentCheckMs = 500;

await setUp(['@cfg/server']);

const flags = process.argv.slice(2);
const given = (flag) => flags.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
// A configuration file or the environment may name a store as well, and then the default below would hide it.
const choosesStore = given('--store') || given('--config') || 'CFG_STORE' in process.env || 'CFG_CONFIG' in process.env;
if (!choosesStore) {
  mkdirSync(join(root, '.data'), { recursive: true });
  flags.unshift('--store', 'sqlite:.data/config.db');
}

// In a process group of its own the server gets a signal only from here; over the channel it notices when we are gone.
const server = spawn(
  node24,
  [
    // V8's young generation would grow to 96 MiB with the first burst, and stay there; half of that is as fast.
    '--max-semi-space-size=16',
    '--import',
    pathToFileURL(join(root, 'tools/lib/end-with-parent.mjs')).href,
    join(root, 'packages/server/dist/main.js'),
    ...flags,
  ],
  {
    cwd: root,
    env: environment,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
  },
);

let lastSignalAt = -Infinity;
function pass(signal) {
  const now = performance.now();
  if (now - lastSignalAt < sameSignalMs) return;
  lastSignalAt = now;
  server.kill(signal);
}
process.on('SIGINT', () => pass('SIGINT'));
process.on('SIGTERM', () => pass('SIGTERM'));
process.on('SIGHUP', () => pass('SIGTERM'));

// An npm that was killed outright sends nothing, but leaves us to another parent.
if (process.env.npm_lifecycle_event === 'start') {
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    pass('SIGTERM');
  }, parentCheckMs);
}
server.on('error', (error) => {
  process.stderr.write(`cannot start ${node24}: ${error.message}\n`);
  process.exit(1);
});
server.on('exit', (code, signal) => process.exit(exitCodeOf(code, signal)));
