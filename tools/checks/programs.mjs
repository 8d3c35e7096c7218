// The checks that a program of its own makes: it is right when it exits with 0.
import { join } from 'node:path';
import { run } from '../lib/process.mjs';
import { bin, projects, root } from '../lib/workspace.mjs';

const complain = ({ code, output }) => (code === 0 ? [] : [output]);

/** Formatting and lint rules of everything in the repository. */
export const lint = async () => complain(await run(bin('biome'), ['check', '--colors=off']));

/** The protobuf contract. */
export const proto = async () =>
  complain(await run(bin('buf', join(root, 'packages/proto')), ['lint', join(root, 'proto')]));

/** Floors, cycles and declared dependencies, by the rules in .dependency-cruiser.mjs. */
export const floors = async () => {
  const sources = projects('packages').map(({ dir }) => join('packages', dir.split(/[\\/]/).at(-1), 'src'));
  const config = ['--config', '.dependency-cruiser.mjs', '--output-type', 'err-long'];
  return complain(await run(bin('depcruise'), [...config, ...sources]));
};
