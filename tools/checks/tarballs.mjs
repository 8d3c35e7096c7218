// The packages as users would install them: each tarball, as pnpm packs it, has its files, exports and types in order.
import { readFileSync } from 'node:fs';
import { packed } from '../lib/packed.mjs';
import { run } from '../lib/process.mjs';
import { bin } from '../lib/workspace.mjs';

const required = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts'];
const fields = ['description', 'license', 'repository', 'engines', 'exports', 'files'];

export default async function tarballs() {
  const complaints = [];
  for (const { name, manifest, file, complaint } of await packed()) {
    const missing = fields.filter((field) => manifest[field] === undefined);
    if (missing.length > 0) complaints.push(`${name}: package.json has no ${missing.join(', ')}`);
    complaints.push(...(file === undefined ? [complaint] : await checkTarball(name, file)));
  }
  return complaints;
}

async function checkTarball(name, file) {
  const complaints = [];
  const { stdout } = await run('tar', ['-tzf', file]);
  const files = new Set(stdout.split('\n').map((line) => line.trim().replace(/^package\//, '')));
  const lost = required.filter((path) => !files.has(path));
  const stray = [...files].filter((path) => /\.test\.|\/test\/|tsbuildinfo/.test(path));
  if (lost.length > 0) complaints.push(`${name}: not in the tarball: ${lost.join(', ')}`);
  if (stray.length > 0) complaints.push(`${name}: should not be in the tarball: ${stray.join(', ')}`);

  const publint = await run(bin('publint'), ['run', file, '--strict']);
  if (publint.code !== 0) complaints.push(`${name}: publint\n${publint.output}`);
  complaints.push(...(await wrongTypes(file)).map((problem) => `${name}: are the types wrong\n${problem}`));
  complaints.push(...(await dryPublish(name, file)));
  return complaints;
}

/** How importing it may be resolved that is no concern of ours: our packages have ES modules only. */
const foreign = new Set(['node10', 'node16-cjs']);

/** The faults of a tarball's types. By the library's function, as its program loads TypeScript anew each time. */
async function wrongTypes(file) {
  // In a fresh clone it is not installed when this file is loaded.
  const { checkPackage, createPackageFromTarballData } = await import('@arethetypeswrong/core');
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(file))));
  if (!analysis.types) return ['it has none'];
  return analysis.problems
    .filter(({ resolutionKind }) => !foreign.has(resolutionKind))
    .map((each) => JSON.stringify(each));
}

/**
 * Whether npm would publish the tarball. Not by `pnpm -r publish --dry-run`, which rewrites the manifests in the tree while it
 * runs and leaves them so when it is killed. The registry named does not exist, so that nothing leaves the machine.
 */
async function dryPublish(name, file) {
  const { code, output } = await run(
    'npm',
    ['publish', file, '--dry-run', '--ignore-scripts', '--registry', 'http://127.0.0.1:9/'],
    { env: { npm_config_fetch_retries: '0' } },
  );
  if (code === 0 && output.includes(`+ ${name}@`) && output.includes('public access')) return [];
  return [`${name}: npm publish --dry-run: exit code ${code}\n${output}`];
}
