// npm run lines: how long the production code of each package is, without tests, conformance and generated code.
// `npm run lines -- b0bcdb8` puts the counts of that commit beside.
import { sources } from './lib/sources.mjs';

/** @returns {Promise<Map<string, number>>} from a package's name to its lines */
async function count(commit) {
  const lines = new Map();
  for (const { path, lines: own, isTest } of await sources(commit)) {
    const [, name] = /^packages\/([^/]+)\/src\//.exec(path) ?? [];
    if (name === undefined || isTest || path.includes('/conformance/')) continue;
    lines.set(name, (lines.get(name) ?? 0) + own);
  }
  return lines;
}

const commits = process.argv.slice(2);
const columns = await Promise.all(
  [...commits, undefined].map(async (commit) => ({ commit, lines: await count(commit) })),
);
const names = [...new Set(columns.flatMap(({ lines }) => [...lines.keys()]))].sort();
const row = (name, cells) => console.log(name.padEnd(16) + cells.map((cell) => String(cell).padStart(12)).join(''));

row(
  '',
  columns.map(({ commit }) => commit?.slice(0, 10) ?? 'now'),
);
for (const name of names)
  row(
    name,
    columns.map(({ lines }) => lines.get(name) ?? 0),
  );
row(
  'together',
  columns.map(({ lines }) => [...lines.values()].reduce((sum, each) => sum + each, 0)),
);
