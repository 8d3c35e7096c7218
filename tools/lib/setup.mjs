// Brings a clone to where it can run: dependencies as the lockfile says, and what is to be built built by nx.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { step } from './process.mjs';
import { bin, node24, root } from './workspace.mjs';

/** Installs the dependencies, unless the last installation was of this very lockfile. */
export async function install() {
  const stamp = join(root, 'node_modules/.installed-lockfile');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  if (existsSync(node24) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  // CI: ask no questions.
  await step('Installing dependencies', 'npx', ['-y', 'pnpm@10', 'install', '--frozen-lockfile'], {
    env: { CI: 'true' },
  });
  writeFileSync(stamp, wanted);
}

/**
 * Builds projects and what they need; what is unchanged comes from nx's cache.
 *
 * @param {string[]} [projects] all of the workspace when left out
 */
export function build(projects) {
  return step('Building', bin('nx'), buildArguments(projects));
}

/** @param {string[]} [projects] */
export function buildArguments(projects) {
  const selection = projects ? [`--projects=${projects.join(',')}`] : [];
  return ['run-many', '--target=build', '--outputStyle=static', '--nxBail=false', ...selection];
}
