// The tests of every project, run by vitest through nx; what vitest reported is what counts.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runMany } from '../lib/nx.mjs';
import { projects, root } from '../lib/workspace.mjs';

/** The targets, and the report that each leaves in its project. */
const reports = { test: 'test-report.json', 'test-fast-door': 'fast-door-report.json' };

/**
 * @param {{ fresh: boolean, target?: keyof typeof reports }} options `fresh`: whether to take nothing from nx's cache;
 *   `target`: what is run, of the projects that have it
 * @returns {Promise<{ passed: number, failed: number, skipped: number, complaints: string[], note: string }>}
 */
export default async function suites({ fresh, target = 'test' }) {
  const report = reports[target];
  const has = ({ manifest }) => target === 'test' || manifest.scripts?.[target] !== undefined;
  const all = [...projects('packages'), ...projects('examples')].filter(has);
  for (const { dir } of all) rmSync(join(dir, report), { force: true });
  const names = all.map(({ name }) => name);
  // Everything is built by now: to build again beside tests that run would take the code from under them. They wait often
  // enough for three at a time on two cores.
  const run = { projects: names, fresh, built: true, parallel: 3, timeoutMs: 30 * 60_000 };
  const { code, output, note } = await runMany(target, run);

  const sum = { passed: 0, failed: 0, skipped: 0, complaints: [], note };
  for (const { name, dir } of all) {
    const counts = countsOf(join(dir, report));
    if (counts.passed + counts.failed === 0) counts.complaints.push('no test was run');
    // A complaint that no test stands for (a suite that could not be loaded, no tests at all) counts as one.
    sum.failed += Math.max(counts.failed, counts.complaints.length);
    sum.passed += counts.passed;
    sum.skipped += counts.skipped;
    sum.complaints.push(...counts.complaints.map((complaint) => `${name}: ${complaint}`));
  }
  if (code !== 0) {
    // Errors beside the tests (an unhandled rejection, a crash) are in no report.
    const unreported = sum.failed === 0 || all.some(({ dir }) => !existsSync(join(dir, report)));
    if (sum.failed === 0) sum.failed = 1;
    if (unreported) sum.complaints.push(output);
  }
  return sum;
}

function countsOf(file) {
  const counts = { passed: 0, failed: 0, skipped: 0, complaints: [] };
  if (!existsSync(file)) return counts;
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  counts.passed = numPassedTests;
  counts.failed = numFailedTests;
  counts.skipped = numPendingTests + numTodoTests;
  for (const { name, status, message, assertionResults } of testResults) {
    const failures = assertionResults.filter((test) => test.status === 'failed');
    const place = relative(root, name);
    if (status === 'failed' && failures.length === 0) counts.complaints.push(`${place}: ${message}`);
    for (const test of failures)
      counts.complaints.push(`${place}: ${test.fullName}\n${test.failureMessages.join('\n')}`);
  }
  return counts;
}
