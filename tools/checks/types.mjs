// The published types compile in somebody else's app: from the tarballs, every entry of every package, without
// skipLibCheck, as Node.js resolves imports and as bundlers do, with the oldest TypeScript we name and the newest.
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packed, published } from '../lib/packed.mjs';
import { run } from '../lib/process.mjs';
import { node24, readJson, root } from '../lib/workspace.mjs';

const compilers = ['typescript-oldest', 'typescript'];
const resolutions = [
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'esnext', moduleResolution: 'bundler' },
];
const app = join(published, 'app');

export default async function types() {
  const packages = await packed();
  const complaints = packages.flatMap(({ complaint }) => complaint ?? []);
  if (complaints.length > 0) return complaints;

  mkdirSync(app, { recursive: true });
  for (const each of packages) await install(each);
  link(app, '@types/node', root);
  const entries = packages.flatMap(entriesOf);
  const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}';`);
  writeFileSync(
    join(app, 'app.ts'),
    `${imports.join('\n')}\nexport const entries: object[] = [${entries.map((_, index) => `entry${index}`)}];\n`,
  );
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }\n');
  const [oldest] = /^\d+\.\d+/.exec(readJson(join(root, 'node_modules/typescript-oldest/package.json')).version);
  if (!readFileSync(join(root, 'README.md'), 'utf8').includes(`TypeScript ${oldest}`)) {
    complaints.push(`README.md does not name the oldest TypeScript that is tested, ${oldest}`);
  }
  for (const compiler of compilers) {
    for (const resolution of resolutions) complaints.push(...(await compile(compiler, resolution)));
  }
  return complaints;
}

/** Unpacks a tarball into the app, and lets it see what it depends on and what its users have beside it. */
async function install({ name, dir, file, manifest }) {
  const home = join(app, 'node_modules', name);
  mkdirSync(home, { recursive: true });
  await run('tar', ['-xzf', file, '--strip-components=1', '-C', home]);
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    if (!dependency.startsWith('@cfg/')) link(home, dependency, dir);
  }
  for (const peer of Object.keys(manifest.peerDependencies ?? {})) link(app, peer, dir, root);
}

/** Links `name` into `home`, from the first of `sources` that has it. */
function link(home, name, ...sources) {
  const path = join(home, 'node_modules', name);
  const target = sources.map((source) => join(source, 'node_modules', name)).find((source) => existsSync(source));
  if (existsSync(path) || target === undefined) return;
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(realpathSync(target), path, 'junction');
}

const entriesOf = ({ name, manifest }) =>
  Object.keys(manifest.exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => name + entry.slice(1));

async function compile(compiler, resolution) {
  const config = {
    compilerOptions: {
      ...resolution,
      target: 'es2022',
      strict: true,
      types: ['node'],
      noEmit: true,
      skipLibCheck: false,
    },
    files: ['app.ts'],
  };
  const name = `tsconfig.${compiler}.${resolution.moduleResolution}.json`;
  writeFileSync(join(app, name), JSON.stringify(config, null, 2));
  const tsc = join(root, 'node_modules', compiler, 'bin/tsc');
  const { code, output } = await run(node24, [tsc, '-p', join(app, name), '--pretty', 'false'], { cwd: app });
  return code === 0 ? [] : [`${compiler}, moduleResolution ${resolution.moduleResolution}\n${output}`];
}
