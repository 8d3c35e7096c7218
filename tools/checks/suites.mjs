// The tests of every project, run by vitest through nx; what vitest reported is what counts.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runMany } from '../lib/nx.mjs';
import { run } from '../lib/process.mjs';
import { projects, root } from '../lib/workspace.mjs';

/** The targets, and the report that each leaves in its project. */
const reports = { test: 'test-report.json', 'test-fast-door': 'fast-door-report.json' };

/** So many files that failed are run once more; when more have failed, the machine is not the reason. */
const mostSecondRuns = 5;

/**
 * Runs the tests of all projects that have the target.
 *
 * A file that failed while other projects' tests ran beside it is run once more by itself. When it passes then, its tests
 * count as passed, and the file and its first failure are printed as unsteady: a fault of the test (or of the code) that
 * is to be mended, but does not stop everybody else's work on a busy machine.
 *
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
  // Everything is built by now: to build again beside tests that run would take the code from under them. Two projects at a
  // time, each in two processes, as they wait often.
  const options = { projects: names, fresh, built: true, parallel: 2, timeoutMs: 30 * 60_000 };
  const { code, output, note } = await runMany(target, options);

  const unreported = all.filter(({ dir }) => !existsSync(join(dir, report)));
  const files = all.flatMap((project) => filesOf(project, report));
  const failed = files.filter((file) => file.complaints.length > 0);
  // Errors beside the tests (an unhandled rejection, a crash) are in no report.
  const isReported = failed.length > 0 && unreported.length === 0 && !output.includes('Unhandled Errors');
  const unsteady =
    isReported && failed.length <= mostSecondRuns ? await passingAlone(failed, { files, target, report }) : [];

  const sum = { passed: 0, failed: 0, skipped: 0, complaints: unsteady, note };
  for (const file of files) {
    sum.passed += file.passed;
    // A complaint that no test stands for (a file that could not be loaded) counts as one.
    sum.failed += Math.max(file.failed, file.complaints.length);
    sum.skipped += file.skipped;
    sum.complaints.push(...file.complaints);
  }
  for (const { name } of all.filter(({ name }) => !files.some(({ project }) => project.name === name))) {
    sum.failed += 1;
    sum.complaints.push(`${name}: no test was run`);
  }
  if (code !== 0 && !isReported) {
    if (sum.failed === 0) sum.failed = 1;
    sum.complaints.push(output);
  }
  return sum;
}

/** Runs files that failed once more, puts what came of it in their place among `files`, and returns what to say of it. */
async function passingAlone(failed, { files, target, report }) {
  const remarks = [];
  for (const file of failed) {
    const { dir } = file.project;
    const { code } = await run('npm', ['run', target, '--', relative(dir, file.path)], { cwd: dir });
    const again = filesOf(file.project, report).find(({ path }) => path === file.path);
    if (code !== 0 || !again || again.complaints.length > 0) continue;
    files[files.indexOf(file)] = again;
    remarks.push(`unsteady, passed by itself: ${file.complaints[0]}`);
  }
  return remarks;
}

/** The test files of a project as its report tells of them. */
function filesOf(project, report) {
  const path = join(project.dir, report);
  if (!existsSync(path)) return [];
  return JSON.parse(readFileSync(path, 'utf8')).testResults.map((result) => fileOf(project, result));
}

function fileOf(project, { name, status, message, assertionResults }) {
  const count = (...wanted) => assertionResults.filter((test) => wanted.includes(test.status)).length;
  const place = `${project.name}: ${relative(root, name)}`;
  const complaints = assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => `${place}: ${test.fullName}\n${test.failureMessages.join('\n')}`);
  if (status === 'failed' && complaints.length === 0) complaints.push(`${place}: ${message}`);
  const [passed, failed] = [count('passed'), count('failed')];
  return { project, path: name, passed, failed, skipped: assertionResults.length - passed - failed, complaints };
}
