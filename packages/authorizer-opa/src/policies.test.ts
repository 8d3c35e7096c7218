import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileRego, isCompilerThere } from '@cfg/rego';
import { describe, expect, it } from 'vitest';
import { unpackBundle } from './policy/files.js';
import { policyFile } from './test/fixtures.js';
import { isOpaThere } from './test/opa.mjs';
import { Policy } from './wasm/policy.js';

const read = (name: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(policyFile(name)).map((file) => [file, readFileSync(join(policyFile(name), file), 'utf8')]),
  );
const context = { now: 1_767_362_400_000_000_000n, drawn: new Map(), print: () => {} };

describe.each(['roles', 'tenants'])('the example policy %s', (name) => {
  const files = read(name);
  const sources = Object.entries(files).filter(([file]) => file.endsWith('.rego'));

  it('is compiled from the source beside it', async () => {
    const bundle = await unpackBundle(readFileSync(policyFile(`${name}.tar.gz`)), 1 << 24);
    for (const [file, text] of Object.entries(files)) {
      if (!file.endsWith('_test.rego')) expect(Buffer.from(bundle.get(file) ?? []).toString()).toBe(text);
    }
    if (!isCompilerThere()) return;
    const manifest = JSON.parse(Buffer.from(bundle.get('.manifest') ?? []).toString());
    const modules = Object.fromEntries(sources.filter(([file]) => !file.endsWith('_test.rego')));
    const { wasm } = await compileRego({ modules, entrypoints: [manifest.wasm[0].entrypoint] });
    expect(Buffer.from(wasm).equals(Buffer.from(bundle.get('policy.wasm') ?? []))).toBe(true);
  }, 300_000);

  it.skipIf(!isCompilerThere())(
    'passes its Rego tests (needs node tools/rego-compiler/build.mjs)',
    async () => {
      const tests = sources.flatMap(([, text]) => [...text.matchAll(/^(test_\w+) if/gm)].map(([, rule]) => rule));
      expect(tests.length).toBeGreaterThan(3);
      const entrypoints = tests.map((rule) => `config/authz_test/${rule}`);
      const { wasm } = await compileRego({ modules: Object.fromEntries(sources), entrypoints });
      const data = JSON.parse(files['data.json'] ?? '{}');
      for (const entrypoint of entrypoints) {
        const policy = await Policy.load(wasm, { data, entrypoint });
        expect(policy.evaluate('', context), entrypoint).toBe(true);
      }
    },
    300_000,
  );

  it.skipIf(!isOpaThere())('passes them in OPA too (needs opa on the PATH)', () => {
    expect(execFileSync('opa', ['test', policyFile(name)], { encoding: 'utf8' })).toMatch(/^PASS/);
  });
});
