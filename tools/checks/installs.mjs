// Installs each package as a user does: its tarball and those it stands on, by plain npm, with whatever else its README
// says to install. The README's examples run there, and every entry can be imported, on the oldest Node.js that we name and
// on the newest. What most people begin with has a project of its own, and so has each with CFG_INSTALLS=alone, as before a
// release; the others share one, in which all of ours are installed.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmInstall } from '../lib/npm-install.mjs';
import { installedWith, packed, published } from '../lib/packed.mjs';
import { run } from '../lib/process.mjs';
import { examplesOf, installsOf } from '../lib/readme.mjs';
import { bin, node24, root } from '../lib/workspace.mjs';

/** Entries that bring a test runner along: they can be imported in a test only. */
const forTests = new Set(['@cfg/core/conformance']);

/** Packages whose examples need something that a fresh machine does not have: a database. */
const notAlone = new Set(['@cfg/postgres']);

/** Each in a project of its own. */
const beginnings = ['@cfg/client', '@cfg/server', '@cfg/cli', '@cfg/sqlite', '@cfg/gateway'];

const newest = node24;
const runtimes = [join(root, 'node_modules/node-oldest/bin/node'), newest];

export default async function installs() {
  const packages = await packed();
  const complaints = packages.flatMap(({ complaint }) => complaint ?? []);
  if (complaints.length > 0) return complaints;
  const files = new Map(packages.map(({ name, file }) => [name, file]));
  const isAlone = ({ name }) => beginnings.includes(name) || process.env.CFG_INSTALLS === 'alone';
  const shared = packages.filter((each) => !isAlone(each));
  const projects = packages.filter(isAlone).map((each) => [each.name.replace('@cfg/', ''), [each]]);
  if (shared.length > 0) projects.push(['together', shared]);
  for (const [project, members] of projects) {
    const home = join(published, 'installs', project);
    const complaint = await install(home, members, files);
    if (complaint === undefined) for (const each of members) complaints.push(...(await tryOut(home, each)));
    else complaints.push(complaint);
  }
  return complaints;
}

const readmeOf = ({ dir }) => readFileSync(join(dir, 'README.md'), 'utf8');
const examplesIn = (each) => (notAlone.has(each.name) ? [] : examplesOf(readmeOf(each)).filter(({ runs }) => runs));

/** Installs packages with all that their READMEs name or import. Returns what went wrong. */
async function install(home, members, files) {
  const named = members.flatMap((each) => [
    each.name,
    ...installsOf(readmeOf(each)).flat(),
    ...examplesIn(each).flatMap(({ code }) => importsOf(code)),
  ]);
  const ours = installedWith(named).map(({ name }) => files.get(name));
  const others = [...new Set(named.filter((each) => !each.startsWith('@cfg/')))];
  const complaint = await npmInstall(home, [...ours, ...others]);
  return complaint && `${members.map(({ name }) => name)}: ${complaint}`;
}

async function tryOut(home, each) {
  const { name, manifest } = each;
  const short = name.replace('@cfg/', '');
  const entries = Object.keys(manifest.exports).map((entry) => name + entry.slice(1));
  const importable = entries.filter((entry) => !entry.endsWith('/package.json') && !forTests.has(entry));
  writeFileSync(join(home, `${short}-entries.ts`), importable.map((entry) => `import '${entry}';\n`).join(''));
  const examples = examplesIn(each);
  const fileOf = ({ line }) => `${short}-readme-${line}.ts`;
  for (const example of examples) writeFileSync(join(home, fileOf(example)), example.code);
  const programs = [`${short}-entries.ts`, ...examples.map(fileOf)];
  const compiled = await compile(home, programs);
  if (compiled.code !== 0) return [`${name}: the README's examples do not compile\n${compiled.output}`];

  const helps = Object.values(manifest.bin ?? {}).map((path) => [join('node_modules', name, path), '--help']);
  const complaints = [];
  for (const runtime of runtimes) {
    // The examples have run on the newest already, in the repository.
    const calls =
      runtime === newest ? [[`${short}-entries.js`]] : programs.map((program) => [program.replace(/ts$/, 'js')]);
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
