// Brings a clone to where it can run: dependencies as the lockfile says, and what is to be built built by nx.
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runMany } from './nx.mjs';
import { run } from './process.mjs';
import { bin, node24, root } from './workspace.mjs';

/**
 * Installs the dependencies, unless the last installation was of this very lockfile.
 *
 * @returns {Promise<string[]>} what went wrong, if anything
 */
export async function install() {
  const stamp = join(root, 'node_modules/.installed-lockfile');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  if (existsSync(node24) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    linkNode();
    return [];
  }
  process.stderr.write('Installing dependencies…\n');
  const { code, output } = await run('npx', ['-y', 'pnpm@10', 'install', '--frozen-lockfile'], {
    env: { CI: 'true' }, // asks no questions
  });
  if (code !== 0) return [`installing the dependencies failed (exit code ${code})\n${output}`];
  writeFileSync(stamp, wanted);
  linkNode();
  return [];
}

/**
 * Makes `node_modules/.bin/node`, by which all programs there are started, a link. pnpm writes a shell script, which
 * stays between a program and its parent and keeps signals to itself.
 */
function linkNode() {
  const link = bin('node');
  if (process.platform === 'win32' || lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  const fresh = `${link}-${process.pid}`;
  symlinkSync('../node/bin/node', fresh);
  renameSync(fresh, link); // at once, as somebody may be running it
}

/**
 * Builds projects and what they need.
 *
 * @param {string[]} [projects] all of the workspace when left out
 * @returns {Promise<string[]>} what went wrong, if anything
 */
export async function build(projects) {
  const { code, output } = await runMany('build', { projects });
  return code === 0 ? [] : [buildFailed(code, output)];
}

/** The complaint about a build that failed. */
export const buildFailed = (code, output) => `the build failed (exit code ${code})\n${output}`;

/** Makes a clone ready for a program, or ends this process with what is in the way. */
export async function setUp(projects) {
  const complaints = await install();
  if (complaints.length === 0) {
    process.stderr.write('Building…\n');
    complaints.push(...(await build(projects)));
  }
  if (complaints.length === 0) return;
  process.stderr.write(`${complaints.join('\n')}\n`);
  process.exit(1);
}
