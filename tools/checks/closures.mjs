// An app that only reads configuration installs @cfg/client, and must get no web framework, database or policy engine.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projects, readJson } from '../lib/workspace.mjs';

const heavy = 'express|better-sqlite3|sqlite3|pg|redis|ioredis|@redis/.+|@open-policy-agent/.+|pino|react';

/** What the packages must not bring along, at any depth: whole names of packages. */
const limits = {
  '@cfg/core': new RegExp(`^(@cfg/.+|@grpc/.+|nice-grpc.*|${heavy})$`),
  '@cfg/client': new RegExp(`^(@cfg/(?!core$|proto$).+|${heavy})$`),
};

export default async function closures() {
  const complaints = [];
  for (const { name, dir } of projects('packages')) {
    const limit = limits[name];
    if (limit === undefined) continue;
    for (const [dependency, way] of closureOf(dir)) {
      if (limit.test(dependency)) complaints.push(`${name} brings along ${dependency}: ${way.join(' → ')}`);
    }
  }
  return complaints;
}

/**
 * Everything that is installed with the package in `dir`.
 *
 * @returns {Map<string, string[]>} from a dependency's name to the way that leads to it
 */
function closureOf(dir) {
  const found = new Map();
  const visit = (home, way) => {
    const { dependencies = {}, optionalDependencies = {} } = readJson(join(home, 'package.json'));
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const target = installed(home, name);
      if (target === undefined || found.has(name)) continue;
      found.set(name, [...way, name]);
      visit(target, [...way, name]);
    }
  };
  visit(realpathSync(dir), []);
  return found;
}

/** The folder that `name` resolves to from `home`; undefined for an optional one that is not installed. */
function installed(home, name) {
  for (let at = home; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (at === dirname(at)) return undefined;
  }
}
