// The lockfile works with any registry: it names none.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/workspace.mjs';

export default async function lockfile() {
  return readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')
    .split('\n')
    .map((line, index) => ({ line, place: `pnpm-lock.yaml:${index + 1}` }))
    .filter(
      ({ line }) =>
        /(?<![\w-])(tarball|registry|url|resolved):|git\+|codeload/.test(line) && !/^\s+deprecated:/.test(line),
    )
    .map(({ line, place }) => `${place}: ${line.trim()}`);
}
