// Compiles the policies of policies/ to the bundles beside them, and those that only the tests use. Needs the compiler of
// @cfg/rego (node tools/rego-compiler/build.mjs) and the built packages.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { compileRego } from '@cfg/rego';
import { packTar } from 'modern-tar';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const smallest = { level: 9 };

for (const [name, entrypoint] of [
  ['roles', 'config/authz/allow'],
  ['tenants', 'config/authz/decision'],
]) {
  const home = folder(`policies/${name}`);
  const sources = readdirSync(home).filter((file) => file.endsWith('.rego') && !file.endsWith('_test.rego'));
  const modules = Object.fromEntries(sources.map((file) => [file, readFileSync(join(home, file), 'utf8')]));
  const { wasm } = await compileRego({ modules, entrypoints: [entrypoint] });
  const manifest = { revision: name, roots: [''], wasm: [{ entrypoint, module: '/policy.wasm' }], rego_version: 1 };
  const data = join(home, 'data.json');
  const files = {
    ...modules,
    ...(existsSync(data) && { 'data.json': readFileSync(data, 'utf8') }),
    '.manifest': JSON.stringify(manifest),
    'policy.wasm': wasm,
  };
  const entries = Object.entries(files).map(([path, body]) => ({
    header: { name: `/${path}`, size: Buffer.byteLength(body), mtime: new Date(0) },
    body,
  }));
  writeFileSync(`${home}.tar.gz`, gzipSync(await packTar(entries), smallest));
}

for (const [name, rules] of [
  ['fixture', ['allow', 'decision', 'heavy', 'mixed', 'text']],
  ['refused', ['allow']],
]) {
  const source = folder(`src/test/fixtures/${name}.rego`);
  const entrypoints = rules.map((rule) => `config/authz/${rule}`);
  const { wasm } = await compileRego({ modules: readFileSync(source, 'utf8'), entrypoints });
  writeFileSync(source.replace('.rego', '.wasm.gz'), gzipSync(wasm, smallest));
}
