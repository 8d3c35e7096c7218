// The READMEs of the packages as pages of the site, with links that lead to pages instead of folders.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const repository = 'https://github.com/cfg-dev/cfg/blob/main';

/**
 * @param {string} out where the pages go; what was there is gone
 * @returns {string[]} the names of the packages, without scope
 */
export function writePackagePages(out) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const names = readdirSync(join(root, 'packages')).filter((name) =>
    existsSync(join(root, 'packages', name, 'README.md')),
  );
  for (const name of names) {
    const text = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8');
    const link = (target) => pageOf(posix.join('packages', name, target));
    writeFileSync(
      join(out, `${name}.md`),
      text.replace(/\]\((?!https?:|#)([^)]+)\)/g, (_, target) => `](${link(target)})`),
    );
  }
  return names;
}

/** Where a path of the repository is shown, as seen from a folder of the site: as a page if it is one, else in the repository. Throws for a path that does not exist. */
export function pageOf(path) {
  const [file, anchor] = path.split('#');
  if (!existsSync(join(root, file))) throw new Error(`a link leads to ${file}, which does not exist`);
  const hash = anchor === undefined ? '' : `#${anchor}`;
  const named = /^packages\/([^/]+)(?:\/README\.md)?\/?$/.exec(file);
  if (named) return `../packages/${named[1]}.md${hash}`;
  const page = /^docs\/([^/]+\.md)$/.exec(file);
  if (page) return `../${page[1]}${hash}`;
  return `${repository}/${posix.normalize(file)}${hash}`;
}
