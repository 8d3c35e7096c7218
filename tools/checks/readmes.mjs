// The examples of the READMEs and of docs/ do what they say: they are type-checked as one program, and each is run. And the
// README of a package says what it needs, and how to install it before it is published.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { run } from '../lib/process.mjs';
import { examplesOf } from '../lib/readme.mjs';
import { bin, node24, projects, root } from '../lib/workspace.mjs';

const dir = join(root, '.readme-examples');

/** Packages whose examples need something that a fresh machine does not have: a database. */
const notAlone = ['@cfg/postgres'];

export default async function readmes() {
  const packages = projects('packages');
  const complaints = [];
  const examples = [];

  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  for (const { path, title, mustHaveExample } of pages(packages)) {
    const found = existsSync(path) ? examplesOf(readFileSync(path, 'utf8')) : [];
    if (mustHaveExample && !found.some(({ runs }) => runs)) {
      complaints.push(`${relative(root, path)}: no example to run (a block of \`\`\`ts)`);
    }
    for (const { line, code, runs } of found) {
      const file = join(dir, `${title}-${line}.ts`);
      writeFileSync(file, code);
      examples.push({ file, runs, place: `${relative(root, path)}:${line}` });
    }
  }
  for (const each of packages) complaints.push(...untold(each));
  linkPackages(packages);
  complaints.push(...(await typeCheck(examples)));
  for (const { file, place } of examples.filter(({ runs }) => runs)) {
    // A folder for each: what an example writes is in nobody's way.
    const cwd = file.replace(/\.ts$/, '');
    mkdirSync(cwd);
    const { code, output } = await run(node24, [file], { cwd, timeoutMs: 60_000 });
    if (code !== 0) complaints.push(`${place}: exit code ${code}\n${output}`);
  }
  return complaints;
}

/** The facts that the README of a package fails to state. */
function untold({ name, dir: home, manifest }) {
  const text = readFileSync(join(home, 'README.md'), 'utf8');
  const [oldest] = /\d+\.\d+/.exec(manifest.engines.node);
  const wanted = [`Node.js ${oldest}`];
  if (manifest.version === '0.0.0') wanted.push(`tools/install.mjs`);
  return wanted.filter((words) => !text.includes(words)).map((words) => `${name}: README.md does not tell of ${words}`);
}

/** The READMEs, each of which has an example, and the pages of docs/, which may. */
function pages(packages) {
  const homes = [{ name: 'cfg', dir: root }, ...packages];
  const docs = ['', 'guides', 'migration'].flatMap((folder) =>
    readdirSync(join(root, 'docs', folder))
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file)),
  );
  return [
    ...homes.map(({ name, dir: home }) => ({
      path: join(home, 'README.md'),
      title: name.replace('@cfg/', ''),
      mustHaveExample: !notAlone.includes(name),
    })),
    ...docs.map((file) => ({
      path: join(root, 'docs', file),
      title: `docs-${file.replace(/\W/g, '-')}`,
      mustHaveExample: false,
    })),
  ];
}

/** Lets the examples import what a user would have installed: our packages, and what those depend on. */
function linkPackages(packages) {
  const link = (name, target) => {
    const path = join(dir, 'node_modules', name);
    if (existsSync(path)) return;
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(realpathSync(target), path, 'junction');
  };
  link('@types/node', join(root, 'node_modules/@types/node'));
  for (const { name, dir: home } of packages) link(name, home);
  for (const { dir: home, manifest } of packages) {
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
      link(name, join(home, 'node_modules', name));
    }
  }
}

async function typeCheck(examples) {
  const config = {
    extends: '../tsconfig.base.json',
    compilerOptions: {
      composite: false,
      declaration: false,
      declarationMap: false,
      isolatedDeclarations: false,
      noEmit: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
    },
    files: examples.map(({ file }) => relative(dir, file)),
  };
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify(config, null, 2));
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }\n');
  if (examples.length === 0) return [];
  const { code, output } = await run(bin('tsc'), ['-p', dir, '--pretty', 'false']);
  if (code === 0) return [];
  const places = examples.map(({ file, place }) => `  ${relative(root, file)} is ${place}`);
  return [`${output}${places.join('\n')}`];
}
