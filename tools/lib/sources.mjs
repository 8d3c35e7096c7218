// The source files of the repository, as git knows them: generated ones and what is built are not among them.
import { run } from './process.mjs';

/**
 * @param {string} [commit] the files of that commit; without it, those of the working tree
 * @returns {Promise<{ path: string, lines: number, isTest: boolean }[]>} `isTest`: a test, or what only tests use
 */
export async function sources(commit) {
  // Every line matches the empty pattern, so this counts the lines.
  const { code, output, stdout } = await run('git', [
    'grep',
    ...(commit ? [] : ['--untracked']),
    '-Ic',
    '',
    ...(commit ? [commit] : []),
  ]);
  if (code !== 0) throw new Error(output);
  return stdout
    .split('\n')
    .map((line) => /^(?:[^:]*:)?((?:packages|tools|examples|bench)\/[^:]+\.(?:ts|tsx|mjs)):(\d+)$/.exec(line))
    .filter((match) => match !== null && !match[1].endsWith('.d.ts'))
    .map(([, path, lines]) => ({ path, lines: Number(lines), isTest: /\.test\.|\/test\//.test(path) }));
}
