// Nobody is cut off by an upgrade: packages of an earlier commit (tarballs under tools/upgrade) write a SQLite file and talk
// to the server of this clone, and the other way round. It uses what the check of the installs has installed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { npmInstall } from '../lib/npm-install.mjs';
import { published } from '../lib/packed.mjs';
import { run } from '../lib/process.mjs';
import { environment, node24, root } from '../lib/workspace.mjs';

const fixtures = join(root, 'tools/upgrade');
const home = join(published, 'upgrade');

export default async function upgrade() {
  const complaints = [];
  for (const commit of readdirSync(fixtures).filter((name) => !name.includes('.'))) {
    complaints.push(...(await from(commit)).map((complaint) => `from ${commit}: ${complaint}`));
  }
  return complaints;
}

async function from(commit) {
  const old = { server: await installOld(commit), client: join(home, commit) };
  const ours = { server: join(published, 'installs/server'), client: join(published, 'installs/client') };
  for (const dir of [old.client, ours.client]) copyFileSync(join(fixtures, 'app.mjs'), join(dir, 'app.mjs'));
  const file = join(home, commit, 'config.db');
  const complaints = [];
  const isSame = (what, a, b) => {
    if (a !== b) complaints.push(`${what} differs\n${a}\n${b}`);
  };

  // The old server's file, written by both clients, read by both.
  const first = await serve(old.server, file, async (address) => {
    await app(old.client, 'write', address, '1');
    await app(ours.client, 'write', address, '2');
    const seen = await app(ours.client, 'read', address);
    isSame('what clients read from the old server', seen, await app(old.client, 'read', address));
    return { seen, changes: await app(old.client, 'follow', address, '0', '14') };
  });
  // The new server opens it: nothing is lost, no version or revision has changed, the log goes on.
  const second = await serve(ours.server, file, async (address) => {
    isSame('what was written before the upgrade', first.seen, await app(old.client, 'read', address));
    isSame('what the new client reads', first.seen, await app(ours.client, 'read', address));
    isSame('the log before the upgrade', first.changes, await app(ours.client, 'follow', address, '0', '14'));
    await app(old.client, 'write', address, '3');
    await app(ours.client, 'write', address, '4');
    const seen = await app(ours.client, 'read', address);
    isSame('what clients read from the new server', seen, await app(old.client, 'read', address));
    const { revision } = JSON.parse(first.seen);
    const since = [String(revision), '14'];
    isSame(
      'the log since',
      await app(old.client, 'follow', address, ...since),
      await app(ours.client, 'follow', address, ...since),
    );
    return seen;
  });
  if (second === first.seen) complaints.push('the second round of writes is not to be seen');

  // Back again is refused in words, and leaves the file as it is.
  const back = await run(node24, [join(old.server, 'node_modules/@cfg/server/dist/main.js'), ...flags(file)], {
    timeoutMs: 20_000,
  });
  if (back.code === 0 || !/newer/.test(back.output))
    complaints.push(`the old server takes the new file: ${back.output}`);
  isSame('the file after that', second, await serve(ours.server, file, (address) => app(ours.client, 'read', address)));
  return complaints;
}

async function installOld(commit) {
  const dir = join(home, commit);
  rmSync(dir, { recursive: true, force: true });
  const tarballs = readdirSync(join(fixtures, commit)).map((file) => join(fixtures, commit, file));
  const complaint = await npmInstall(dir, tarballs);
  if (complaint !== undefined) throw new Error(complaint);
  return dir;
}

const flags = (file) => ['--store', `sqlite:${file}`, '--grpc', '127.0.0.1:0', '--http', '127.0.0.1:0'];

/** Runs the server that is installed in `dir` while `use` does something with it. */
async function serve(dir, file, use) {
  const program = join(dir, 'node_modules/@cfg/server/dist/main.js');
  const server = spawn(node24, [program, ...flags(file)], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = [];
  try {
    return await use(await grpcAddress(server, lines));
  } catch (error) {
    throw new Error(`${error.message}\n${lines.join('\n')}`, { cause: error });
  } finally {
    server.kill('SIGTERM');
    if (server.exitCode === null) await once(server, 'close');
  }
}

function grpcAddress(server, lines) {
  return new Promise((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        const { msg, address } = /^\{.*\}$/.test(line) ? JSON.parse(line) : {};
        if (msg === 'gRPC door open') resolve(address);
      });
    }
    server.on('close', (code) => reject(new Error(`the server ended with ${code}`)));
  });
}

async function app(dir, ...args) {
  const { code, output, stdout } = await run(node24, ['app.mjs', ...args], { cwd: dir, timeoutMs: 60_000 });
  if (code !== 0) throw new Error(`app.mjs ${args.join(' ')} in ${dir}: exit code ${code}\n${output}`);
  return stdout.trim();
}
