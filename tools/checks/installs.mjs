// What somebody gets who installs a package: its tarball and those it stands on, by plain npm, in a project of its own, with
// whatever else its README says to install. The README's examples run there, and every entry can be imported, on the
// oldest Node.js that we name and on the newest.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedWith, packed, published } from '../lib/packed.mjs';
import { run } from '../lib/process.mjs';
import { examplesOf, installsOf } from '../lib/readme.mjs';
import { bin, node24, root } from '../lib/workspace.mjs';

/** Entries that bring a test runner along: they can be imported in a test only. */
const forTests = new Set(['@cfg/core/conformance']);

/** Packages whose examples need something that a fresh machine does not have: a database. */
const notAlone = new Set(['@cfg/postgres']);

const newest = node24;
const runtimes = [join(root, 'node_modules/node-oldest/bin/node'), newest];

export default async function installs() {
  const packages = await packed();
  const complaints = packages.flatMap(({ complaint }) => complaint ?? []);
  if (complaints.length > 0) return complaints;
  const files = new Map(packages.map(({ name, file }) => [name, file]));
  for (const each of packages) complaints.push(...(await tryOut(each, files)));
  return complaints;
}

async function tryOut({ name, dir, manifest }, files) {
  const home = join(published, 'installs', name.replace('@cfg/', ''));
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "type": "module", "private": true }\n');
  const readme = readFileSync(join(dir, 'README.md'), 'utf8');
  const examples = notAlone.has(name) ? [] : examplesOf(readme);
  const named = [name, ...installsOf(readme).flat(), ...examples.flatMap(({ code }) => importsOf(code))];
  const ours = installedWith(named).map((project) => files.get(project.name));
  const others = [...new Set(named.filter((each) => !each.startsWith('@cfg/')))];
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const installed = await run('npm', ['install', ...flags, ...ours, ...others], { cwd: home, timeoutMs: 180_000 });
  if (installed.code !== 0) return [`${name}: npm install failed\n${installed.output}`];

  const entries = Object.keys(manifest.exports).map((entry) => name + entry.slice(1));
  const importable = entries.filter((entry) => !entry.endsWith('/package.json') && !forTests.has(entry));
  writeFileSync(join(home, 'entries.ts'), importable.map((entry) => `import '${entry}';\n`).join(''));
  for (const { line, code } of examples) writeFileSync(join(home, `readme-${line}.ts`), code);
  const programs = ['entries.ts', ...examples.map(({ line }) => `readme-${line}.ts`)];
  const compiled = await compile(home, programs);
  if (compiled.code !== 0) return [`${name}: the README's examples do not compile\n${compiled.output}`];

  const helps = Object.values(manifest.bin ?? {}).map((path) => [join('node_modules', name, path), '--help']);
  const complaints = [];
  for (const runtime of runtimes) {
    // The examples have run on the newest already, in the repository.
    const calls = runtime === newest ? [['entries.js']] : programs.map((program) => [program.replace(/ts$/, 'js')]);
    for (const call of [...calls, ...helps]) {
      const ran = await run(runtime, call, { cwd: home, timeoutMs: 60_000 });
      if (ran.code !== 0) complaints.push(`${name}: ${call} on ${runtime}: exit code ${ran.code}\n${ran.output}`);
    }
  }
  return complaints;
}

/** Compiles an app's programs for the oldest Node.js, which does not know `await using`. */
function compile(home, files) {
  const options = {
    module: 'node16',
    target: 'es2022',
    lib: ['es2024', 'esnext.disposable', 'dom'], // what Node.js 22 has
    strict: true,
    noImplicitAny: false, // express and the like have their types elsewhere
    skipLibCheck: true, // what the check of the types is for
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }));
  return run(bin('tsc'), ['-p', home, '--pretty', 'false']);
}

/** The packages that a program imports, `node:` aside. */
function importsOf(code) {
  return [...code.matchAll(/^(?:import|\} from) [^'\n]*'([^']+)'/gm)]
    .map(([, specifier]) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)[0])
    .filter((name) => !/^(?:node:|\.)/.test(name));
}
