// The packages as users would install them: tarballs, packed by pnpm.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
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
 * Packs packages that are built into folders of `home`, one for each. What was in `home` is gone afterwards.
 *
 * @param {{ name: string, dir: string, manifest: Record<string, any> }[]} packages
 * @param {string} home
 * @returns {Promise<{ name: string, manifest: Record<string, any>, dir: string, file?: string, complaint?: string }[]>}
 */
export async function pack(packages, home) {
  rmSync(home, { recursive: true, force: true });
  const all = [];
  for (const project of packages) {
    const destination = join(home, project.name.replace('@cfg/', ''));
    mkdirSync(destination, { recursive: true });
    const { code, output } = await run(bin('pnpm'), ['pack', '--pack-destination', destination], { cwd: project.dir });
    const [tarball] = readdirSync(destination);
    const failed = code !== 0 || tarball === undefined;
    all.push({
      ...project,
      ...(failed
        ? { complaint: `${project.name}: pnpm pack failed\n${output}` }
        : { file: join(destination, tarball) }),
    });
  }
  return all;
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
