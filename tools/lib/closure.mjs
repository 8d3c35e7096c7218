// The packages that are installed along with a package: its dependencies, theirs, and so on, with their required peers.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readJson } from './workspace.mjs';

/**
 * Everything that is installed with the package in `dir`, as it is in this clone.
 *
 * @param {string} dir
 * @returns {Map<string, { way: string[], dir: string, manifest: Record<string, any> }>} from a dependency's name to the way
 *   that leads to it and to where it is
 */
export function closureOf(dir) {
  const found = new Map();
  const visit = (home, way) => {
    for (const name of neededBy(readJson(join(home, 'package.json')))) {
      const target = installed(home, name);
      if (target === undefined || found.has(name)) continue;
      const manifest = readJson(join(target, 'package.json'));
      found.set(name, { way: [...way, name], dir: target, manifest });
      visit(target, [...way, name]);
    }
  };
  visit(realpathSync(dir), []);
  return found;
}

function neededBy({ dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }) {
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return Object.keys({ ...dependencies, ...optionalDependencies }).concat(peers);
}

/** The folder that `name` resolves to from `home`; undefined for an optional one that is not installed. */
function installed(home, name) {
  for (let at = home; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (at === dirname(at)) return undefined;
  }
}
