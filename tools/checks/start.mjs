// `npm start` serves, hands its flags on, and a signal to npm drains the server before npm ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter } from 'node:path';
import { root } from '../lib/workspace.mjs';

const flags = ['--store', 'memory', '--grpc', '127.0.0.1:0', '--http', '127.0.0.1:0'];

export default async function start() {
  const npm = spawn('npm', ['start', '--', ...flags], { cwd: root, env: shell(), stdio: ['ignore', 'pipe', 'pipe'] });
  // It builds first, on a machine that is running the tests.
  const deadline = setTimeout(() => npm.kill('SIGKILL'), 300_000);
  let output = '';
  const ready = new Promise((resolve) => {
    npm.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (output.includes('"msg":"ready"')) resolve(true);
    });
    npm.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    npm.once('error', () => resolve(false));
    npm.once('exit', () => resolve(false));
  });
  try {
    if (!(await ready)) return [`npm start did not get ready\n${output}`];
    const [, address] = /"address":"([^"]+)",.*"HTTP door open"/.exec(output) ?? [];
    const response = await fetch(`http://${address}/v1/codecs`);
    npm.kill('SIGTERM');
    const [code] = await once(npm, 'close', { signal: AbortSignal.timeout(30_000) });
    const complaints = [];
    if (response.status !== 200) complaints.push(`GET /v1/codecs: ${response.status}`);
    if (code !== 0) complaints.push(`npm start ended with ${code} after SIGTERM`);
    if (!output.includes('"msg":"closed"')) complaints.push('npm start ended before the server had closed');
    return complaints.length === 0 ? [] : [...complaints, output];
  } finally {
    clearTimeout(deadline);
    if (npm.exitCode === null && npm.signalCode === null) npm.kill('SIGKILL');
  }
}

/** The environment of somebody's shell: without what the npm that runs this test has put into it. */
function shell() {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const path = (process.env.PATH ?? '').split(delimiter).filter((dir) => !dir.includes('node_modules'));
  return { ...Object.fromEntries(own), PATH: path.join(delimiter) };
}
