import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { EvaluationContext } from '../builtins/builtin.js';
import { unsigned } from '../test/ask.js';
import { wasmOf } from '../test/fixtures.js';
import { Policy, type PolicyOptions } from './policy.js';

const data = { allowed: ['read'], version: '1' };
const load = (rule: string, options: PolicyOptions = {}): Promise<Policy> =>
  Policy.load(wasmOf('fixture'), { data, entrypoint: `config/authz/${rule}`, ...options });
const context = (print: (text: string) => void = () => {}): EvaluationContext => ({
  now: 1_700_000_000_000_000_000n,
  drawn: new Map(),
  print,
});

/** `CFG_EVALUATIONS=1000000 vitest run src/wasm/policy` is the long form. */
const evaluations = Number(process.env.CFG_EVALUATIONS ?? 20_000);

describe('a policy', () => {
  it('answers by its input and its data', async () => {
    const policy = await load('decision');
    expect(policy.evaluate('{"action":"read"}', context())).toMatchObject({ allow: true, scope: '1' });
    expect(policy.evaluate('{"action":"write"}', context())).toEqual({
      allow: false,
      reason: 'version 1 says no',
      scope: '1',
    });
    expect((await load('decision', { data: {} })).evaluate('{"action":"read"}', context())).toBeUndefined();
  });

  it('is refused where it is none, or lacks the rule', async () => {
    const bytes = (text: string) => new Uint8Array(Buffer.from(text));
    await expect(Policy.load(bytes('\0asm'))).rejects.toThrow('not valid WebAssembly');
    await expect(Policy.load(bytes('\0asm\x01\0\0\0'))).rejects.toThrow('not a policy compiled by OPA');
    await expect(Policy.load(new Uint8Array(gzipSync('x')))).rejects.toThrow('not valid WebAssembly');
    await expect(load('deny')).rejects.toThrow('no entrypoint config/authz/deny, only config/authz/allow, ');
    await expect(load('allow', { entrypoint: undefined })).rejects.toThrow(
      'entrypoint must be one of config/authz/allow,',
    );
  });

  it('is refused, at once and by name, where it calls what is not supplied', async () => {
    const refused = Policy.load(wasmOf('refused'));
    await expect(refused).rejects.toThrow('functions that are not supplied: http.send, net.lookup_ip_addr');
    const builtins = {
      'http.send': () => null,
      'net.lookup_ip_addr': () => ['127.0.0.1'],
    };
    const policy = await Policy.load(wasmOf('refused'), { builtins });
    expect(policy.evaluate('{}', context())).toBe(true);
  });

  it('keeps to functions of OPA where somebody supplies his own', async () => {
    const policy = await load('text', {
      builtins: { 'crypto.sha256': () => 'forged', 'uuid.rfc4122': () => 'forged' },
    });
    const [digest, one, other] = String(policy.evaluate('{}', context())).split(',');
    expect(digest).toBe('2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881');
    expect(one).toMatch(/^[\da-f]{8}-/);
    expect(other).toBe(one); // the same question, the same answer
    expect(String(policy.evaluate('{}', context())).split(',')[1]).not.toBe(one);
  });

  it('hands on what it prints', async () => {
    const printed: string[] = [];
    const token = unsigned({ sub: 'ann' });
    const roles = Array.from({ length: 12 }, (_, index) => `r${index}`);
    const input = {
      resource: { namespace: 'app-1', key: 'app/x' },
      identity: { user_id: 'ann', claims: { token, roles } },
    };
    const policy = await load('mixed');
    expect(
      policy.evaluate(
        JSON.stringify(input),
        context((text) => printed.push(text)),
      ),
    ).toBe(true);
    expect(policy.evaluate(JSON.stringify({ ...input, resource: { namespace: 'App', key: 'x' } }), context())).toBe(
      undefined,
    );
    // A token that cannot be read makes the rule undefined, as in OPA, and breaks nothing.
    const damaged = { ...input, identity: { user_id: 'ann', claims: { token: 'x.y.z', roles } } };
    expect(policy.evaluate(JSON.stringify(damaged), context())).toBeUndefined();
  });

  it('fails where it needs more memory than it may have, and starts afresh', async () => {
    const policy = await load('heavy', { maxMemoryBytes: 4 * 1024 * 1024 });
    const ask = (n: number) => policy.evaluate(JSON.stringify({ n, identity: {} }), context());
    for (let round = 0; round < 20; round += 1) {
      expect(() => ask(1_000_000)).toThrow();
      expect(ask(2)).toEqual([
        [1, {}],
        [2, {}],
      ]);
      expect(policy.memoryBytes).toBeLessThanOrEqual(4 * 1024 * 1024);
    }
    expect(() => policy.evaluate(JSON.stringify({ text: 'x'.repeat(5_000_000) }), context())).toThrow();
    expect(ask(1)).toEqual([[1, {}]]);
  });

  it('bears inputs that are nested as deep as they like', async () => {
    const policy = await load('allow');
    for (const depth of [1_000, 8_000, 1_000_000]) {
      const nested = `${'['.repeat(depth)}${']'.repeat(depth)}`;
      try {
        expect(policy.evaluate(`{"action":"read","identity":{"claims":{"x":${nested}}}}`, context())).toBe(true);
      } catch (error) {
        expect(depth).toBeGreaterThan(8_000); // more than a header holds; never a wrong answer
        expect(error).toBeInstanceOf(Error);
      }
      expect(policy.evaluate('{"action":"write"}', context())).toBe(false);
    }
  });

  it('refuses data that does not fit', async () => {
    const large = { text: 'x'.repeat(8_000_000) };
    await expect(load('allow', { data: large, maxMemoryBytes: 4 * 1024 * 1024 })).rejects.toThrow('cannot be loaded');
  });

  it(`needs no more memory after ${evaluations} evaluations with large inputs`, async () => {
    const policy = await load('mixed');
    const inputs = Array.from({ length: 100 }, (_, index) => {
      const roles = Array.from({ length: 12 + index * 3 }, (__, role) => `r${role}-${'x'.repeat(index)}`);
      const claims = { token: unsigned({ sub: 'ann', pad: 'y'.repeat(index * 50) }), roles };
      const resource = { namespace: `app-${index}`, key: 'app/port' };
      return JSON.stringify({ action: 'read', resource, identity: { user_id: 'ann', claims } });
    });
    const ask = (index: number) => policy.evaluate(inputs[index % inputs.length] ?? '', context());
    for (let index = 0; index < 2_000; index += 1) expect(ask(index)).toBe(true);
    const before = policy.memoryBytes;
    globalThis.gc?.();
    const heapBefore = process.memoryUsage().rss;
    for (let index = 0; index < evaluations; index += 1) if (ask(index) !== true) expect.fail(`evaluation ${index}`);
    globalThis.gc?.();
    expect(policy.memoryBytes).toBe(before);
    if (evaluations >= 1_000_000) {
      const grown = (process.memoryUsage().rss - heapBefore) / 1024 / 1024;
      process.stdout.write(`${evaluations} evaluations: the resident size grew by ${grown.toFixed(1)} MiB\n`);
      expect(grown).toBeLessThan(128);
    }
  }, 3_600_000);
});
