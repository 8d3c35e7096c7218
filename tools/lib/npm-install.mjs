// An app of somebody else's: a folder with what plain npm installs into it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process.mjs';

const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];

/**
 * Makes an app in `home` and installs tarballs and packages by name into it.
 *
 * @param {string} home
 * @param {string[]} wanted
 * @returns {Promise<string | undefined>} what npm said, if it failed
 */
export async function npmInstall(home, wanted) {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "type": "module", "private": true }\n');
  const { code, output } = await run('npm', ['install', ...flags, ...wanted], { cwd: home, timeoutMs: 180_000 });
  return code === 0 ? undefined : `npm install failed\n${output}`;
}
