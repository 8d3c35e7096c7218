// The examples of the READMEs do what they say: they are type-checked as one program, and each is run.
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { run } from '../lib/process.mjs';
import { examplesOf } from '../lib/readme.mjs';
import { bin, node24, projects, root } from '../lib/workspace.mjs';

const dir = join(root, '.readme-examples');

export default async function readmes() {
  const packages = projects('packages');
  const complaints = [];
  const examples = [];

  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  for (const { name, dir: home } of [{ name: 'cfg', dir: root }, ...packages]) {
    const readme = join(home, 'README.md');
    const found = existsSync(readme) ? examplesOf(readFileSync(readme, 'utf8')) : [];
    if (found.length === 0) complaints.push(`${relative(root, readme)}: no example to run (a block of \`\`\`ts)`);
    for (const { line, code } of found) {
      const file = join(dir, `${name.replace('@cfg/', '')}-${line}.ts`);
      writeFileSync(file, code);
      examples.push({ file, place: `${relative(root, readme)}:${line}` });
    }
  }
  linkPackages(packages);
  complaints.push(...(await typeCheck(examples)));
  for (const { file, place } of examples) {
    // A folder for each: what an example writes is in nobody's way.
    const cwd = file.replace(/\.ts$/, '');
    mkdirSync(cwd);
    const { code, output } = await run(node24, [file], { cwd, timeoutMs: 60_000 });
    if (code !== 0) complaints.push(`${place}: exit code ${code}\n${output}`);
  }
  return complaints;
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
