// Where things are in this repository.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** The Node.js that the repository brings along as a devDependency: everything but these tools runs on it. */
export const node24 = join(root, 'node_modules/node/bin/node');

/** A program of a root devDependency, or of a package's own when `dir` is given. */
export const bin = (name, dir = root) => join(dir, 'node_modules/.bin', name);

/**
 * The environment of every program that the tools start: our own Node.js and programs first, and nx on its own. The
 * detour over tools/ is for nx, which drops what begins with `<root>/node_modules` from the PATH of the scripts it
 * runs, and then would not find pnpm.
 */
export const environment = {
  ...process.env,
  PATH: [`${root}/tools/../node_modules/node/bin`, `${root}/tools/../node_modules/.bin`, process.env.PATH].join(
    delimiter,
  ),
  // Hundreds of programs start that are made of the same files: they are compiled once.
  NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node-compile'),
  NX_DAEMON: 'false',
  NX_NO_CLOUD: 'true',
  NX_TUI: 'false',
  NX_INTERACTIVE: 'false',
  DO_NOT_TRACK: '1',
};

/**
 * The workspace's projects below `packages/` or `examples/`.
 *
 * @param {'packages' | 'examples'} folder
 * @returns {{ name: string, dir: string, manifest: Record<string, any> }[]} in order of their names
 */
export function projects(folder) {
  const parent = join(root, folder);
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .sort()
    .map((name) => join(parent, name))
    .filter((dir) => existsSync(join(dir, 'package.json')))
    .map((dir) => {
      const manifest = readJson(join(dir, 'package.json'));
      return { name: manifest.name, dir, manifest };
    });
}

/** @param {string} file */
export function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
