// npm test: sets the clone up, builds, and makes every check there is. The last line sums up.
// `npm test -- --fresh` takes nothing from an earlier run, neither what was built nor what nx remembers.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import clientSize from './checks/client-size.mjs';
import closures from './checks/closures.mjs';
import docs from './checks/docs.mjs';
import image from './checks/image.mjs';
import installs from './checks/installs.mjs';
import lockfile from './checks/lockfile.mjs';
import { floors, lint, proto } from './checks/programs.mjs';
import readmes from './checks/readmes.mjs';
import rego from './checks/rego.mjs';
import release from './checks/release.mjs';
import sources from './checks/sources.mjs';
import start from './checks/start.mjs';
import suites from './checks/suites.mjs';
import tarballs from './checks/tarballs.mjs';
import thirdParty from './checks/third-party.mjs';
import types from './checks/types.mjs';
import upgrade from './checks/upgrade.mjs';
import { runMany } from './lib/nx.mjs';
import { buildFailed, install } from './lib/setup.mjs';
import { projects } from './lib/workspace.mjs';

const fresh = process.argv.includes('--fresh');
const total = { passed: 0, failed: 0, skipped: 0 };

/**
 * Makes one check, prints how it went and adds it to the total.
 *
 * @param {string} title
 * @param {() => Promise<string[] | { complaints: string[], note?: string, passed?: number, failed?: number, skipped?: number }>} check
 *   its complaints (then it counts as one test), or its own counts with them; the note goes into the printed line
 */
async function make(title, check) {
  const startedAt = performance.now();
  let result;
  try {
    result = await check();
  } catch (error) {
    result = [error.stack];
  }
  const { complaints, note = '', ...counts } = Array.isArray(result) ? { complaints: result } : result;
  const isFine = complaints.length === 0;
  const { passed, failed, skipped } = { passed: isFine ? 1 : 0, failed: isFine ? 0 : 1, skipped: 0, ...counts };
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;

  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const numbers = passed + failed + skipped > 1 ? `, ${passed} passed, ${failed} failed` : '';
  const remark = note === '' ? '' : `; ${note}`;
  console.log(`${failed === 0 ? 'ok    ' : 'FAILED'} ${title} (${seconds} s${numbers}${remark})`);
  if (complaints.length > 0) console.log(`\n${complaints.map((text) => text.trimEnd()).join('\n\n')}\n`);
  return failed === 0;
}

async function build() {
  if (fresh) for (const { dir } of projects('packages')) rmSync(join(dir, 'dist'), { recursive: true, force: true });
  const { code, output, note } = await runMany('build', { fresh });
  return { complaints: code === 0 ? [] : [buildFailed(code, output)], note };
}

/** The checks that need the built packages. The tests wait often enough for the rest to be done beside them. */
async function checkBuilt() {
  // By itself, because it builds where it finds something to build.
  await make('start: npm start, and the signal that ends it', start);
  await Promise.all([
    (async () => {
      await make('tests: vitest in every project', () => suites({ fresh }));
      await make('tests: once more, through @cfg/grpc-door', () => suites({ fresh, target: 'test-fast-door' }));
    })(),
    (async () => {
      await make('imports: floors, cycles, declared dependencies', floors);
      await make('closures: what comes along with a package', closures);
      await make('third parties: licences, install scripts, known holes', thirdParty);
      await make('examples: TypeScript blocks of the READMEs', readmes);
      await make('docs: the site, its links', docs);
      await make('size: what an app of @cfg/client bundles and installs', clientSize);
      await make('tarballs: publint, are the types wrong, publish', tarballs);
      await make('release: versions and changelogs from the changesets, on a copy', release);
      await make('types: an app with the oldest TypeScript and the newest', types);
      await make('installs: each tarball by plain npm, its README on the oldest Node.js', installs);
      await make('image: the Dockerfile, and what it runs', image);
      await make('upgrade: packages of an earlier commit, and what they wrote', upgrade);
    })(),
  ]);
}

const startedAt = performance.now();
const installed = await make('dependencies: as the lockfile says', install);
// Checks that look at the sources only run beside the build, which leaves a core idle now and then.
const [built] = await Promise.all([
  installed && make('build: generated code, TypeScript', build),
  (async () => {
    await make('lockfile: no registry named', lockfile);
    await make('sources: no long files, no checks switched off', sources);
    if (!installed) return;
    await make('lint: Biome', lint);
    await make('contract: buf lint', proto);
  })(),
]);
if (built) {
  await make('rego: the compiler that policies are compiled by', rego);
  await checkBuilt();
}

if (total.skipped > 0) console.log(`\n${total.skipped} skipped`);
console.log(`\n${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
