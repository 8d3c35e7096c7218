// Builds the compiler that @cfg/rego carries: OPA's own, as a WASI module, packed by brotli, with its licences beside it.
//
//     node tools/rego-compiler/build.mjs [--release]
//
// It needs Go and the Go module proxy, and takes about a minute; where nothing has changed since, it takes none.
// `--release` packs as small as brotli can, which takes two minutes more.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const here = fileURLToPath(new URL('.', import.meta.url));
const target = fileURLToPath(new URL('../../packages/rego/compiler/', import.meta.url));
const stamp = join(target, 'built-from');

/** GOTOOLCHAIN: the Go that is installed, or none; never one that Go fetches for itself. */
const environment = {
  ...process.env,
  CGO_ENABLED: '0',
  GOFLAGS: '-mod=readonly',
  GOOS: 'wasip1',
  GOARCH: 'wasm',
  GOTOOLCHAIN: 'local',
};

function go(...args) {
  const { status, stdout, stderr, error } = spawnSync('go', args, {
    cwd: here,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { ok: status === 0, stdout: stdout ?? '', stderr: stderr || error?.message || '' };
}

/**
 * Builds what is not built yet.
 *
 * @param {{ release?: boolean }} [options]
 * @returns {{ state: 'built' | 'current' } | { state: 'impossible' | 'failed', reason: string }} `impossible`: this
 *   machine cannot build it, for want of Go or of its modules
 */
export function buildCompiler({ release = false } = {}) {
  const version = go('env', 'GOVERSION');
  if (!version.ok) return { state: 'impossible', reason: 'Go is not installed' };
  const key = keyOf(version.stdout.trim(), release);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return { state: 'current' };

  const download = go('mod', 'download');
  if (!download.ok) return { state: 'impossible', reason: `go mod download: ${download.stderr.trim()}` };
  mkdirSync(target, { recursive: true });
  const module = join(target, 'compiler.wasm');
  const built = go('build', '-trimpath', '-ldflags=-s -w', '-o', module, '.');
  if (!built.ok) return { state: 'failed', reason: `go build: ${built.stderr.trim()}` };
  writeFileSync(join(target, 'compiler.wasm.br'), packed(readFileSync(module), release));
  writeFileSync(join(target, 'NOTICE'), notice());
  rmSync(module);
  writeFileSync(stamp, key);
  return { state: 'built' };
}

function keyOf(version, release) {
  const hash = createHash('sha256').update(version).update(String(release));
  for (const file of ['main.go', 'go.mod', 'go.sum', 'build.mjs']) hash.update(readFileSync(join(here, file)));
  return hash.digest('hex');
}

function packed(module, release) {
  return brotliCompressSync(module, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: release ? 11 : 5,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: module.length,
    },
  });
}

/** The licences of everything that is linked into the module, Go's own library included. */
function notice() {
  const { stdout } = go('list', '-deps', '-f', '{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}', '.');
  const modules = [...new Set(stdout.split('\n').filter((line) => /\tv/.test(line)))].sort();
  const parts = modules.map((line) => {
    const [path, version, dir] = line.split('\t');
    return [`${path} ${version}`, licencesIn(dir)];
  });
  const goroot = go('env', 'GOROOT').stdout.trim();
  parts.push([`the Go standard library, ${go('env', 'GOVERSION').stdout.trim()}`, licencesIn(goroot)]);
  const rule = `\n${'-'.repeat(80)}\n`;
  const head = 'compiler.wasm.br contains the following software, under the licences given with each.\n';
  return head + parts.map(([name, text]) => `${rule}${name}\n${rule}\n${text}\n`).join('');
}

function licencesIn(dir) {
  const files = readdirSync(dir).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  if (files.length === 0) throw new Error(`no licence in ${dir}`);
  return files.map((file) => readFileSync(join(dir, file), 'utf8').trim()).join('\n\n');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { state, reason } = buildCompiler({ release: process.argv.includes('--release') });
  process.stderr.write(`rego compiler: ${reason ?? state}\n`);
  process.exitCode = reason === undefined ? 0 : 1;
}
