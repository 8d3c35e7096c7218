// Installs packages of this clone into the app in whose folder it is called, as `npm install` will once they are published:
//
//   node ../cfg/tools/install.mjs @cfg/client            what npm install @cfg/client does
//   node ../cfg/tools/install.mjs @cfg/gateway express   other names and flags go on to npm install
//
// It builds the packages, packs them and what they stand on, and hands the tarballs to npm.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installedWith, pack } from './lib/packed.mjs';
import { setUp } from './lib/setup.mjs';
import { root } from './lib/workspace.mjs';

const args = process.argv.slice(2);
const wanted = installedWith(args);
const unknown = args.filter((arg) => arg.startsWith('@cfg/') && !wanted.some(({ name }) => name === arg));
if (wanted.length === 0 || unknown.length > 0) {
  const complaint = unknown.length > 0 ? `not in this repository: ${unknown.join(', ')}\n` : '';
  process.stderr.write(
    `${complaint}Usage: node ${process.argv[1]} @cfg/PACKAGE… [packages and flags of npm install]\n`,
  );
  process.exit(2);
}

await setUp(wanted.map(({ name }) => name));
const tarballs = await pack(wanted, join(root, '.tarballs'));
const complaints = tarballs.flatMap(({ complaint }) => complaint ?? []);
if (complaints.length > 0) {
  process.stderr.write(`${complaints.join('\n')}\n`);
  process.exit(1);
}
const others = args.filter((arg) => !arg.startsWith('@cfg/'));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const { status } = spawnSync(npm, ['install', ...tarballs.map(({ file }) => file), ...others], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exit(status ?? 1);
