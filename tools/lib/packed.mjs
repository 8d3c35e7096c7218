// The packages as users would install them: packed by pnpm once, for all checks that look at them.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process.mjs';
import { bin, projects, root } from './workspace.mjs';

/** Where the tarballs are, and what is made of them. */
export const published = join(root, '.published');

let packing;

/**
 * Packs every package.
 *
 * @returns {Promise<{ name: string, manifest: Record<string, any>, dir: string, file?: string, complaint?: string }[]>}
 */
export function packed() {
  packing ??= packAll();
  return packing;
}

async function packAll() {
  rmSync(published, { recursive: true, force: true });
  const all = [];
  for (const project of projects('packages')) {
    const destination = join(published, 'tarballs', project.name.replace('@cfg/', ''));
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
