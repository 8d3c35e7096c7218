import { describe, expect, it } from 'vitest';
import { compileRego, isCompilerThere, RegoError } from './index.js';

const policy = 'package config.authz\n\nallow if input.action == "read"\n';

const failure = (work: Promise<unknown>): Promise<RegoError> =>
  work.then(
    () => expect.fail('compiled'),
    (error: unknown) => (error instanceof RegoError ? error : expect.fail(String(error))),
  );

describe.skipIf(!isCompilerThere())(
  'compileRego (needs node tools/rego-compiler/build.mjs)',
  { timeout: 300_000 },
  () => {
    it('makes WebAssembly of a source', async () => {
      const { wasm } = await compileRego({ modules: policy, entrypoints: ['config/authz/allow'] });
      expect(Buffer.from(wasm.subarray(0, 4)).toString()).toBe('\0asm');
    });

    it('makes one module of several sources and entrypoints', async () => {
      const lib = 'package lib\n\nreads contains "read"\n';
      const main = 'package config.authz\n\nimport data.lib\n\nallow if input.action in lib.reads\n\nscope := "lib"\n';
      const entrypoints = ['config/authz/allow', 'config/authz/scope'];
      const { wasm } = await compileRego({ modules: { 'lib.rego': lib, 'main.rego': main }, entrypoints });
      for (const entrypoint of entrypoints) expect(Buffer.from(wasm).includes(entrypoint)).toBe(true);
    });

    it('says what is wrong, and where', async () => {
      const modules = { 'a.rego': 'package a\n\nallow if {\n', 'b.rego': 'package b\n\np := 1 +\n' };
      const broken = await failure(compileRego({ modules, entrypoints: ['a/allow'] }));
      expect(broken.faults.map(({ file, code }) => [file, code])).toEqual(
        expect.arrayContaining([
          ['a.rego', 'rego_parse_error'],
          ['b.rego', 'rego_parse_error'],
        ]),
      );
      expect(broken.message).toMatch(/^[ab]\.rego:\d+: rego_parse_error: /);
      const unsafe = await failure(
        compileRego({ modules: 'package a\n\nallow if x == y\n', entrypoints: ['a/allow'] }),
      );
      expect(unsafe.faults[0]).toMatchObject({ code: 'rego_unsafe_var_error', file: 'policy.rego', line: 3 });
      const missing = await failure(compileRego({ modules: policy, entrypoints: ['config/authz/deny'] }));
      expect(missing.message).toContain('config/authz/deny');
    });

    it('takes the old language where told', async () => {
      const modules = 'package a\n\nallow { input.x }\n';
      const entrypoints = ['a/allow'];
      expect((await failure(compileRego({ modules, entrypoints }))).faults[0]?.code).toBe('rego_parse_error');
      expect((await compileRego({ modules, entrypoints, regoVersion: 0 })).wasm.length).toBeGreaterThan(0);
    });

    it('can be ended, and goes on with the next', async () => {
      const stop = new AbortController();
      const ended = compileRego({ modules: policy, entrypoints: ['config/authz/allow'] }, { signal: stop.signal });
      const next = compileRego({ modules: policy, entrypoints: ['config/authz/allow'] });
      stop.abort(new Error('enough'));
      await expect(ended).rejects.toThrow('enough');
      expect((await next).wasm.length).toBeGreaterThan(0);
    });
  },
);

it('wants something to compile', async () => {
  expect((await failure(compileRego({ modules: policy, entrypoints: [] }))).message).toMatch(/^entrypoints/);
  expect((await failure(compileRego({ modules: {}, entrypoints: ['a'] }))).message).toMatch(/^modules/);
});
