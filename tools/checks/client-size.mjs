// The cost to an app that only reads configuration: the size of its bundle, and of its installed packages. The bundle also
// runs, for what bundlers make of a package is another program.
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { closureOf } from '../lib/closure.mjs';
import { packed, published } from '../lib/packed.mjs';
import { run } from '../lib/process.mjs';
import { node24, projects } from '../lib/workspace.mjs';

/*
 * A tenth more than on 2026-11-26: 825 kB (210 kB compressed), and 21.9 MB on the disk in 51 packages. Six tenths of the bundle
 * are gRPC (@grpc/grpc-js, and the protobufjs that comes with it), two tenths ours. On the disk a sixth is ours, sources and maps
 * included, which cost an app nothing while it runs; the largest of the others are lru-cache, protobufjs, @types/node and
 * @grpc/grpc-js. To exceed this is a decision, to be made here: it is a new dependency, or something of a server's that has come
 * into an app.
 */
const most = { bundle: 907_000, compressed: 231_000, installed: 24_100_000 };

const program = `
import { connect } from '@cfg/client';
const config = await connect({ namespace: 'payments', cacheFile: false, waitMs: 1, server: { insecure: true } });
console.log('runs', config.peek('db/host'));
await config.close();
`;

export default async function clientSize() {
  const client = projects('packages').find(({ name }) => name === '@cfg/client');
  const { code, complaint } = await bundle(client.dir);
  const installed = await installedBytes(client.dir);
  const sizes = { bundle: Buffer.byteLength(code), compressed: gzipSync(code).length, installed: installed.bytes };
  const complaints = complaint === undefined ? [] : [complaint];
  for (const [what, bytes] of Object.entries(sizes)) {
    if (bytes > most[what])
      complaints.push(`@cfg/client, ${what}: ${bytes} bytes, more than the ${most[what]} that are allowed`);
  }
  const note = `bundle ${kB(sizes.bundle)} kB, ${kB(sizes.compressed)} kB compressed; installed ${kB(sizes.installed)} kB in ${installed.count} packages`;
  return { complaints, note };
}

const kB = (bytes) => Math.round(bytes / 1_000);

/** Bundles the program as for production, and runs it. */
async function bundle(clientDir) {
  // In a fresh clone it is not installed when this file is loaded.
  const { rolldown } = await import('rolldown');
  const home = join(published, 'bundle');
  mkdirSync(join(home, 'node_modules/@cfg'), { recursive: true });
  symlinkSync(clientDir, join(home, 'node_modules/@cfg/client'), 'junction');
  const input = join(home, 'app.mjs');
  writeFileSync(input, program);
  const built = await rolldown({ input, platform: 'node', logLevel: 'silent' });
  const { output } = await built.generate({ format: 'esm', minify: true, codeSplitting: false });
  await built.close();
  const code = output.map((chunk) => chunk.code ?? '').join('');
  // Somewhere else, so that it finds nothing beside it.
  const file = join(published, 'bundle.mjs');
  writeFileSync(file, code);
  const env = { ...process.env, CFG_ADDRESS: '127.0.0.1:1' };
  const ran = await run(node24, [file], { cwd: published, env });
  const runs = ran.code === 0 && ran.output.includes('runs undefined');
  return { code, complaint: runs ? undefined : `the bundle of an app of @cfg/client does not run:\n${ran.output}` };
}

/** Our packages as they are in their tarballs, the others as they are here. */
async function installedBytes(clientDir) {
  const ours = new Map((await packed()).map((each) => [each.name, each.file]));
  const closure = closureOf(clientDir);
  let bytes = await unpackedBytes(ours.get('@cfg/client'));
  for (const [name, { dir }] of closure) {
    bytes += ours.has(name) ? await unpackedBytes(ours.get(name)) : folderBytes(dir);
  }
  return { bytes, count: closure.size + 1 };
}

async function unpackedBytes(tarball) {
  const { output } = await run('tar', ['-tvzf', tarball]);
  return output.split('\n').reduce((sum, line) => sum + Number(line.split(/\s+/)[2] ?? 0), 0);
}

function folderBytes(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') bytes += folderBytes(path);
    else if (entry.isFile()) bytes += statSync(path).size;
  }
  return bytes;
}
