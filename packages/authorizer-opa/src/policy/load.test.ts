import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCompilerThere } from '@cfg/rego';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleOf, policyFile, wasmOf } from '../test/fixtures.js';
import { fromBytes, type LoadOptions, loadPolicy } from './load.js';
import { PolicyError } from './policy-error.js';

const options: LoadOptions = {
  entrypoint: 'config/authz/decision',
  regoVersion: 1,
  data: {},
  builtins: {},
  maxMemoryBytes: 1 << 26,
  maxPolicyBytes: 1 << 24,
  bundleKeys: [],
};
const source = 'package config.authz\n\ndecision := data.version if input.action in data.allowed\n';
const data = JSON.stringify({ version: '7', allowed: ['read'] });
const context = { now: 0n, drawn: new Map(), print: () => {} };

describe('loading a policy', () => {
  let folder: string;
  const decide = async (loading: ReturnType<typeof loadPolicy>, action = 'read'): Promise<unknown> =>
    (await loading).policy.evaluate(JSON.stringify({ action }), context);
  const file = (name: string, content: string | Uint8Array): { file: string } => {
    writeFileSync(join(folder, name), content);
    return { file: join(folder, name) };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfg-policy-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('takes WebAssembly, with data beside it', async () => {
    const beside = { ...options, data: { version: '1', allowed: ['read'] } };
    const decision = { allow: true, scope: '1' };
    expect(await decide(loadPolicy({ bytes: wasmOf('fixture') }, beside))).toMatchObject(decision);
    expect(await decide(loadPolicy(file('policy.wasm', wasmOf('fixture')), beside))).toMatchObject(decision);
  });

  it('takes a bundle, whose data is at the places of its files', async () => {
    const bundle = await bundleOf({
      './policy.wasm': wasmOf('fixture'),
      './data.json': '{"version": "2"}',
      './allowed/data.yaml': '{}',
      '/.manifest': '{"revision": "r2"}',
    });
    expect((await loadPolicy({ bytes: bundle }, options)).revision).toBe('r2');
    const clash = { ...options, data: { version: '3' } };
    await expect(loadPolicy({ bytes: bundle }, clash)).rejects.toThrow('data: there is data at "version" already');
    const nested = await bundleOf({
      'policy.wasm': wasmOf('fixture'),
      'a/b/data.yml': 'c: 1',
      'a/data.json': '{"d":2}',
    });
    await loadPolicy(file('bundle.tar.gz', nested), { ...options, data: { a: { b: { e: 3 } } } });
  });

  it('takes the module that the manifest names for the entrypoint', async () => {
    const bundle = await bundleOf({
      '/.manifest': '{"wasm": [{"entrypoint": "config/authz/decision", "module": "/other/module.wasm"}]}',
      '/other/module.wasm': wasmOf('fixture'),
      '/policy.wasm': wasmOf('refused'),
    });
    await loadPolicy({ bytes: bundle }, options);
    await expect(loadPolicy({ bytes: bundle }, { ...options, entrypoint: 'config/authz/allow' })).rejects.toThrow(
      'http.send',
    );
  });

  it.skipIf(!isCompilerThere())(
    'takes Rego source (needs node tools/rego-compiler/build.mjs)',
    async () => {
      const beside = { ...options, data: JSON.parse(data) };
      expect(await decide(loadPolicy({ rego: source }, beside))).toBe('7');
      expect(await decide(loadPolicy({ rego: { 'a.rego': source } }, beside))).toBe('7');
      expect(await decide(loadPolicy(file('policy.rego', source), beside))).toBe('7');
      expect(await decide(loadPolicy({ bytes: Buffer.from(source) }, beside))).toBe('7');
      expect(
        await decide(loadPolicy({ bytes: await bundleOf({ 'x/a.rego': source, 'data.json': data }) }, options)),
      ).toBe('7');
      file('data.json', data);
      file('.hidden.rego', 'nonsense');
      expect(await decide(loadPolicy({ file: folder }, options))).toBe('7');
      expect(await decide(loadPolicy({ file: folder }, options), 'write')).toBeUndefined();
      await expect(loadPolicy({ rego: 'package a\n\np if {' }, options)).rejects.toThrow(
        'policy.rego:3: rego_parse_error',
      );
      const old = 'package config.authz\n\ndecision { input.action == "read" }';
      await expect(loadPolicy({ rego: old }, options)).rejects.toThrow('rego_parse_error');
      expect(await decide(loadPolicy({ rego: old }, { ...options, regoVersion: 0 }))).toBe(true);
      const oldBundle = await bundleOf({ 'a.rego': old, '.manifest': '{"rego_version": 0}' });
      expect(await decide(loadPolicy({ bytes: oldBundle }, options))).toBe(true);
    },
    300_000,
  );

  it.skipIf(isCompilerThere())('says how to compile source where there is no compiler', async () => {
    await expect(loadPolicy({ rego: source }, options)).rejects.toThrow(
      /@cfg\/rego.*opa build -t wasm -e config\/authz\/decision/,
    );
  });

  it('takes a folder with a compiled policy', async () => {
    file('policy.wasm', wasmOf('fixture'));
    file('data.json', data);
    expect(await decide(loadPolicy({ file: folder }, options))).toMatchObject({ allow: true, scope: '7' });
  });

  it.each<[string, Record<string, string | Uint8Array>, string]>([
    ['nothing in it', {}, 'neither policy.wasm nor a .rego file is in it'],
    ['a manifest that is none', { '.manifest': '[]' }, '.manifest must be an object'],
    ['a damaged document', { 'data.json': '{' }, 'data.json is not JSON'],
    ['a document that is none', { 'a/data.yaml': '- 1' }, 'a/data.yaml must be an object'],
    ['a bomb', { 'data.yaml': `a: &a [x]\n${'b: [*a, *a]\n'.repeat(3)}` }, 'data.yaml is not YAML'],
    ['text that is none', { 'a.rego': Buffer.from([0xff, 0xfe]) }, 'a.rego is not text'],
    ['two values in one place', { 'data.json': '{"a":1}', 'a/data.json': '{}' }, 'there is data at "a" already'],
  ])('refuses a bundle with %s', async (_, files, message) => {
    await expect(loadPolicy({ bytes: await bundleOf(files) }, options)).rejects.toThrow(message);
  });

  it('refuses what is too large, also when it is so only unpacked', async () => {
    const small = { ...options, maxPolicyBytes: 10_000 };
    const bomb = await bundleOf({ 'data.json': ' '.repeat(1_000_000) });
    expect(bomb.length).toBeLessThan(10_000);
    await expect(loadPolicy({ bytes: bomb }, small)).rejects.toThrow('the bundle is larger than 10000 bytes');
    await expect(loadPolicy({ bytes: new Uint8Array(10_001) }, small)).rejects.toThrow('larger than 10000 bytes');
    await expect(loadPolicy(file('policy.wasm', wasmOf('fixture')), small)).rejects.toThrow('larger than 10000 bytes');
    await expect(loadPolicy({ file: folder }, small)).rejects.toThrow('larger than 10000 bytes');
  });

  it('refuses what cannot be read, is damaged, or is nothing that it knows', async () => {
    await expect(loadPolicy({ file: join(folder, 'none') }, options)).rejects.toThrow(/cannot be read: ENOENT/);
    await expect(loadPolicy({ bytes: Buffer.from([0x1f, 0x8b, 1, 2]) }, options)).rejects.toThrow(
      'the bundle is damaged',
    );
    await expect(loadPolicy({ bytes: Buffer.from([0xff, 0xfe, 0]) }, options)).rejects.toThrow('neither WebAssembly');
    const signed = { ...options, bundleKeys: [{ key: 'secret', algorithm: 'HS256' }] };
    await expect(loadPolicy({ bytes: wasmOf('fixture') }, signed)).rejects.toThrow('only a bundle can be signed');
    await expect(loadPolicy({ file: policyFile('roles.tar.gz') }, signed)).rejects.toThrow('the bundle is not signed');
  });

  it('never fails but by saying so', async () => {
    const whole = await bundleOf({ 'policy.wasm': wasmOf('fixture'), 'data.json': data });
    const damaged = fc
      .tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length))
      .map(([at, byte, end]) => Uint8Array.from(whole.with(at, byte).subarray(0, end)));
    await fc.assert(
      fc.asyncProperty(damaged, async (bytes) => {
        const error = await fromBytes(bytes, { ...options, regoVersion: 1 }).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(PolicyError);
      }),
      { numRuns: 30 },
    );
  }, 300_000);

  it('takes __proto__ in data for a name like any other', async () => {
    const document = '{"__proto__": {"polluted": true}, "version": "1", "allowed": []}';
    await loadPolicy({ bytes: await bundleOf({ 'policy.wasm': wasmOf('fixture'), 'data.json': document }) }, options);
    expect('polluted' in {}).toBe(false);
  });
});
