// npm run bench: builds, then runs the programs of bench/ one after the other and lets them print their tables.
// `npm run bench -- watch list` runs only those whose names contain one of the words.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setUp } from './lib/setup.mjs';
import { environment, node24, root } from './lib/workspace.mjs';

await setUp(['@cfg/bench']);

const dir = join(root, 'bench');
const words = process.argv.slice(2);
const programs = readdirSync(dir)
  .filter((file) => /\.(ts|mjs)$/.test(file) && !file.endsWith('.d.ts'))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();

if (programs.length === 0) {
  process.stderr.write(`no program in bench/${words.length > 0 ? ` is called ${words.join(' or ')}` : ''}\n`);
  process.exit(1);
}

const failed = programs.filter((file) => {
  process.stdout.write(`\n${file}\n`);
  const program = file.endsWith('.ts') ? join(dir, 'dist', file.replace(/\.ts$/, '.js')) : join(dir, file);
  // --expose-gc: the programs that weigh memory ask for a collection first.
  const { status } = spawnSync(node24, ['--expose-gc', program], { cwd: dir, env: environment, stdio: 'inherit' });
  return status !== 0;
});

if (failed.length > 0) {
  process.stderr.write(`\nfailed: ${failed.join(', ')}\n`);
  process.exit(1);
}
