// A release from the changesets that are here, made on a copy: its versions and changelogs are the expected ones.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { published } from '../lib/packed.mjs';
import { run } from '../lib/process.mjs';
import { bin, projects, readJson, root } from '../lib/workspace.mjs';

const kinds = ['patch', 'minor', 'major'];

export default async function release() {
  const copy = join(published, 'release');
  const packages = projects('packages');
  const manifests = [...packages, ...projects('examples'), { dir: join(root, 'bench') }, { dir: root }];
  const files = manifests.map(({ dir }) => join(relative(root, dir), 'package.json'));
  for (const file of [...files, 'pnpm-workspace.yaml', '.changeset']) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file), { recursive: true });
  }
  const changesets = readChangesets();
  const unknown = changesets.flatMap(({ file, bumps }) =>
    [...bumps.keys()].filter((name) => !packages.some((each) => each.name === name)).map((name) => `${file}: ${name}?`),
  );
  if (unknown.length > 0) return unknown;

  const { code, output } = await run(bin('changeset'), ['version'], { cwd: copy });
  if (code !== 0) return [`changeset version failed\n${output}`];
  return packages.flatMap((each) => complaintsOf(each, join(copy, relative(root, each.dir)), changesets));
}

function readChangesets() {
  const folder = join(root, '.changeset');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => {
      const [, front, text] = /^---\n([\s\S]*?)---\n([\s\S]*)$/.exec(readFileSync(join(folder, file), 'utf8'));
      const bumps = new Map(
        [...front.matchAll(/^['"](.+)['"]: (patch|minor|major)$/gm)].map(([, name, kind]) => [name, kind]),
      );
      return { file, bumps, text: text.trim() };
    });
}

/** Each package gets the version that the largest of its changesets asks for, and the words of all of them. */
function complaintsOf({ name, manifest }, dir, changesets) {
  const own = changesets.filter(({ bumps }) => bumps.has(name));
  const largest = Math.max(...own.map(({ bumps }) => kinds.indexOf(bumps.get(name))), -1);
  const needs = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const dependsOnUs = needs.some((each) => each.startsWith('@cfg/'));
  const kind = kinds[largest] ?? (dependsOnUs && changesets.length > 0 ? 'patch' : undefined);
  const { version } = readJson(join(dir, 'package.json'));
  const expected = next(manifest.version, kind);
  if (version !== expected) return [`${name}: a release makes ${manifest.version} to ${version}, not to ${expected}`];

  const changelog = existsSync(join(dir, 'CHANGELOG.md')) ? readFileSync(join(dir, 'CHANGELOG.md'), 'utf8') : '';
  const told = changelog.replace(/\s+/g, ' ');
  return own
    .filter(({ text }) => !told.includes(text.replace(/\s+/g, ' ')))
    .map(({ file }) => `${name}: the changelog does not have the words of .changeset/${file}`);
}

function next(version, kind) {
  const [major, minor, patch] = version.split('.').map(Number);
  if (kind === 'major') return `${major + 1}.0.0`;
  if (kind === 'minor') return `${major}.${minor + 1}.0`;
  return kind === 'patch' ? `${major}.${minor}.${patch + 1}` : version;
}
