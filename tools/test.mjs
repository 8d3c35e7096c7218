// npm test: sets the clone up, builds, and makes every check there is. The last line sums up.
import closures from './checks/closures.mjs';
import lockfile from './checks/lockfile.mjs';
import { floors, lint, proto } from './checks/programs.mjs';
import readmes from './checks/readmes.mjs';
import start from './checks/start.mjs';
import suites from './checks/suites.mjs';
import tarballs from './checks/tarballs.mjs';
import { build, install } from './lib/setup.mjs';

const total = { passed: 0, failed: 0, skipped: 0 };

/**
 * Makes one check, prints how it went and adds it to the total.
 *
 * @param {string} title
 * @param {() => Promise<string[] | { passed: number, failed: number, skipped: number, complaints: string[] }>} check
 *   its complaints (then it counts as one test), or its own counts with them
 */
async function make(title, check) {
  const startedAt = performance.now();
  let result;
  try {
    result = await check();
  } catch (error) {
    result = [error.stack];
  }
  const { passed, failed, skipped, complaints } = Array.isArray(result)
    ? { passed: result.length === 0 ? 1 : 0, failed: result.length === 0 ? 0 : 1, skipped: 0, complaints: result }
    : result;
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;

  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const numbers = passed + failed + skipped > 1 ? `, ${passed} passed, ${failed} failed` : '';
  console.log(`${failed === 0 ? 'ok    ' : 'FAILED'} ${title} (${seconds} s${numbers})`);
  if (complaints.length > 0) console.log(`\n${complaints.map((text) => text.trimEnd()).join('\n\n')}\n`);
  return failed === 0;
}

const installed = await make('dependencies: as the lockfile says', install);
const built = installed && (await make('build: generated code, TypeScript', () => build()));
if (installed) {
  await make('lint: Biome', lint);
  await make('contract: buf lint', proto);
}
await make('lockfile: no registry named', lockfile);
if (built) {
  await make('imports: floors, cycles, declared dependencies', floors);
  await make('closures: what comes along with a package', closures);
  await make('start: npm start, and the signal that ends it', start);
  await make('tests: vitest in every project', suites);
  await make('examples: TypeScript blocks of the READMEs', readmes);
  await make('tarballs: publint, are the types wrong, publish', tarballs);
}

if (total.skipped > 0) console.log(`\n${total.skipped} skipped`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
