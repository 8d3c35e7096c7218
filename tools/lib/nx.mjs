// One target of many projects, run by nx in the order of their dependencies.
//
// Nothing unchanged is done again: nx replays the result from its cache. nx.json keeps that cache in the clone, since
// nx would share one between all clones of a repository, and a fresh clone would repeat what another has seen.
import { run } from './process.mjs';
import { bin } from './workspace.mjs';

/** nx's line for one task, with a word in brackets if it was replayed. */
const taskLine = /^> nx run (\S+)(?: +\[.+\])?$/gm;

/**
 * @param {string} target
 * @param {{ projects?: string[], fresh?: boolean, built?: boolean, parallel?: number, timeoutMs?: number }} [options] all
 *   projects when none are named; `fresh` takes nothing from the cache; `built` builds nothing before; `parallel` is how
 *   many tasks run at a time
 * @returns {Promise<{ code: number, output: string, note: string }>} `note` tells what was replayed; empty: nothing
 */
export async function runMany(target, { projects, fresh = false, built = false, parallel = 2, timeoutMs } = {}) {
  const selection = projects ? [`--projects=${projects.join(',')}`] : [];
  const { code, output } = await run(
    bin('nx'),
    [
      'run-many',
      `--target=${target}`,
      `--parallel=${parallel}`,
      '--outputStyle=static',
      '--nxBail=false',
      ...(built ? ['--excludeTaskDependencies'] : []),
      ...selection,
    ],
    { timeoutMs, env: fresh ? { NX_SKIP_NX_CACHE: 'true' } : {} },
  );
  const tasks = [...output.matchAll(taskLine)].filter(([, task]) => task.endsWith(`:${target}`));
  const replayed = tasks.filter(([line]) => line.endsWith(']')).length;
  return { code, output, note: replayed > 0 ? `${replayed} of ${tasks.length} projects replayed from the cache` : '' };
}
