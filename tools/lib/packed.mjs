// The packages as users would install them: tarballs, packed by pnpm.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process.mjs';
import { bin, projects, root } from './workspace.mjs';

/** Where the tarballs that the checks look at are, and what is made of them. */
export const published = join(root, '.published');

let packing;

/**
 * Packs every package, once for all checks that look at them.
 *
 * @returns {ReturnType<typeof pack>}
 */
export function packed() {
  if (packing === undefined) {
    rmSync(published, { recursive: true, force: true });
    packing = pack(projects('packages'), join(published, 'tarballs'));
  }
  return packing;
}

/**
 * Packs packages that are built into the folder `home`. What was in it is gone afterwards.
 *
 * @param {{ name: string, dir: string, manifest: Record<string, any> }[]} packages
 * @param {string} home
 * @returns {Promise<{ name: string, manifest: Record<string, any>, dir: string, file?: string, complaint?: string }[]>}
 */
export async function pack(packages, home) {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const chosen = packages.map(({ name }) => `--filter=${name}`);
  const { output } = await run(bin('pnpm'), ['--recursive', ...chosen, 'pack', '--pack-destination', home]);
  return packages.map((project) => {
    const { name, manifest } = project;
    const file = join(home, `${name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`);
    return existsSync(file) ? { ...project, file } : { ...project, complaint: `${name}: pnpm pack failed\n${output}` };
  });
}

/**
 * The packages of ours that are installed along with others: what they depend on, and the peers that they must have.
 *
 * @param {string[]} names
 * @returns {ReturnType<typeof projects>} those named included, in order of their names
 */
export function installedWith(names) {
  const all = new Map(projects('packages').map((project) => [project.name, project]));
  const found = new Set();
  const visit = (name) => {
    if (found.has(name) || !all.has(name)) return;
    found.add(name);
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = all.get(name).manifest;
    for (const dependency of Object.keys(dependencies)) visit(dependency);
    for (const peer of Object.keys(peerDependencies)) if (!peerDependenciesMeta[peer]?.optional) visit(peer);
  };
  for (const name of names) visit(name);
  return [...all.values()].filter(({ name }) => found.has(name));
}
