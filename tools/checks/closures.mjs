// An app that only reads configuration installs @cfg/client, and must get no web framework, database or policy engine.
import { closureOf } from '../lib/closure.mjs';
import { projects } from '../lib/workspace.mjs';

const heavy = 'express|better-sqlite3|sqlite3|pg|redis|ioredis|@redis/.+|@open-policy-agent/.+|pino|react';

/** The dependencies that the packages must not bring along, at any depth: whole names of packages. */
const limits = {
  '@cfg/core': new RegExp(`^(@cfg/.+|@grpc/.+|nice-grpc.*|${heavy})$`),
  '@cfg/client': new RegExp(`^(@cfg/(?!core$|proto$).+|${heavy})$`),
};

export default async function closures() {
  const complaints = [];
  for (const { name, dir } of projects('packages')) {
    const limit = limits[name];
    if (limit === undefined) continue;
    for (const [dependency, { way }] of closureOf(dir)) {
      if (limit.test(dependency)) complaints.push(`${name} brings along ${dependency}: ${way.join(' → ')}`);
    }
  }
  return complaints;
}
