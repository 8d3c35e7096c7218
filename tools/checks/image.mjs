// The container image, as far as a machine without an engine can tell: the Dockerfile is in order, and what it would install
// runs as it would there, writes nowhere but below /data, says that it is healthy, and ends when it is told to.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { published } from '../lib/packed.mjs';
import { run } from '../lib/process.mjs';
import { environment, node24, root } from '../lib/workspace.mjs';

export default async function image() {
  // In a fresh clone they are not installed when this file is loaded.
  const { DockerfileParser } = await import('dockerfile-ast');
  const { validate } = await import('dockerfile-utils');
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const complaints = validate(text).map(({ message, range }) => `Dockerfile:${range.start.line + 1}: ${message}`);
  const instructions = DockerfileParser.parse(text).getInstructions();
  const last = (keyword) => instructions.findLast((each) => each.getKeyword() === keyword);
  if (/^(root|0)(:|$)/.test(last('USER')?.getArgumentsContent() ?? 'root')) complaints.push('Dockerfile: runs as root');

  const installed = join(published, 'installs/server');
  const inPlace = (argument) => argument.replace(/^\/app/, installed);
  const entry = last('ENTRYPOINT')
    .getJSONStrings()
    .map((each) => inPlace(each.getJSONValue()));
  const check = JSON.parse(/CMD (\[.+\])/.exec(last('HEALTHCHECK').getArgumentsContent())[1]).map(inPlace);
  if (!existsSync(entry.at(-1))) return [...complaints, `Dockerfile: the entry point ${entry.at(-1)} is not installed`];

  const data = mkdtempSync(join(tmpdir(), 'cfg-image-'));
  const env = await environmentOf(last('ENV'), data);
  // Node.js itself refuses every write but below the data: the file system is as good as read-only.
  const permissions = ['--permission', '--allow-fs-read=*', `--allow-fs-write=${data}`, '--allow-worker'];
  const [, ...args] = entry;
  const server = spawn(node24, [...permissions, ...args], { cwd: data, env: { ...environment, ...env } });
  let log = '';
  for (const stream of [server.stdout, server.stderr]) stream.setEncoding('utf8').on('data', (chunk) => (log += chunk));
  try {
    while (!log.includes('"ready"')) {
      if (server.exitCode !== null) return [...complaints, `the server ended with ${server.exitCode}\n${log}`];
      await Promise.race([once(server.stdout, 'data'), once(server, 'close')]);
    }
    const asked = await run(node24, check.slice(1), { env });
    if (asked.code !== 0) complaints.push(`HEALTHCHECK says no: ${asked.output}`);
  } finally {
    server.kill('SIGTERM');
    const [code] = server.exitCode === null ? await once(server, 'close') : [server.exitCode];
    if (code !== 0) complaints.push(`ended with ${code}\n${log}`);
    rmSync(data, { recursive: true, force: true });
  }
  const after = await run(node24, check.slice(1), { env });
  if (after.code !== 1) complaints.push(`HEALTHCHECK of a server that is gone: exit code ${after.code}`);
  return complaints;
}

/** The image's settings, with a folder of this machine for /data and free ports of the loopback for those of the image. */
async function environmentOf(instruction, data) {
  const env = Object.fromEntries(instruction.getProperties().map((each) => [each.getName(), each.getValue()]));
  for (const name of ['CFG_GRPC', 'CFG_HTTP']) env[name] = `127.0.0.1:${await freePort()}`;
  return { ...env, CFG_STORE: env.CFG_STORE.replace('/data', data), CFG_GUARD: 'deny-all' };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
