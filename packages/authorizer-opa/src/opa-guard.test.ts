import { createHash } from 'node:crypto';
import { MemoryStore } from '@cfg/core';
import { createConfigService, createInProcessClient } from '@cfg/service';
import { Metadata } from 'nice-grpc-common';
import { describe, expect, it, vi } from 'vitest';
import { hmacVerifier, type OpaGuardOptions, opaGuard } from './index.js';
import { ask, bearing, contextWith, unsigned } from './test/ask.js';
import { policyFile, versionBundle, wasmOf } from './test/fixtures.js';

const roles = { policy: { file: policyFile('roles.tar.gz') } };
const tenants = { policy: { file: policyFile('tenants.tar.gz') }, entrypoint: 'data.config.authz.decision' };
const fixture = (rule: string, more: Partial<OpaGuardOptions> = {}): OpaGuardOptions => ({
  policy: { bytes: wasmOf('fixture') },
  entrypoint: `config/authz/${rule}`,
  data: { allowed: ['read'], version: '1' },
  ...more,
});

describe('who calls', () => {
  it('is nobody without a token', async () => {
    await using guard = await opaGuard(roles);
    for (const context of [contextWith(), bearing(''), contextWith({ authorization: 'bearer' })]) {
      expect(await guard.authenticate(context)).toEqual({ userId: '', claims: {} });
    }
  });

  it('is who the token says, where nobody verifies it', async () => {
    await using guard = await opaGuard(roles);
    const claims = { sub: 'ann', roles: ['admin'] };
    expect(await guard.authenticate(bearing(unsigned(claims)))).toEqual({ userId: 'ann', claims });
    expect(await guard.authenticate(contextWith({ authorization: unsigned(claims) }))).toEqual({
      userId: 'ann',
      claims,
    });
    for (const sub of [undefined, {}, null, ['ann']]) {
      expect(await guard.authenticate(bearing(unsigned({ sub })))).toMatchObject({ userId: '' });
    }
    expect(await guard.authenticate(bearing(unsigned({ sub: 42 })))).toMatchObject({ userId: '42' });
  });

  it('is the hash of what is no token', async () => {
    await using guard = await opaGuard(roles);
    for (const opaque of ['s3cret', 'a.b.c', 'Basic YW5uOnB3']) {
      const userId = createHash('sha256').update(opaque).digest('hex');
      expect(await guard.authenticate(contextWith({ authorization: opaque }))).toEqual({ userId, claims: {} });
    }
  });

  it('is read from the header and the claim that one likes', async () => {
    await using guard = await opaGuard({ ...roles, header: 'X-Token', subjectClaim: 'email' });
    const token = unsigned({ sub: 'ann', email: 'ann@example.com' });
    expect(await guard.authenticate(contextWith({ 'x-token': token }))).toMatchObject({ userId: 'ann@example.com' });
    expect(await guard.authenticate(bearing(token))).toMatchObject({ userId: '' });
    await using odd = await opaGuard({ ...roles, subjectClaim: 'toString' });
    expect(await odd.authenticate(bearing(token))).toMatchObject({ userId: '' });
  });

  it('is not guessed from two tokens', async () => {
    await using guard = await opaGuard(roles);
    const twice = contextWith({ authorization: [unsigned({ sub: 'a' }), unsigned({ sub: 'b' })] });
    expect(() => guard.authenticate(twice)).toThrow('more than one authorization');
  });

  it('is verified, by jose or by a function of one’s own', async () => {
    await using strict = await opaGuard({ ...roles, verifier: hmacVerifier('secret') });
    await expect(strict.authenticate(bearing(unsigned({ sub: 'root' })))).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    await expect(strict.authenticate(bearing('opaque'))).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await strict.authenticate(contextWith())).toEqual({ userId: '', claims: {} });
    const close = vi.fn();
    const own = await opaGuard({ ...roles, verifier: { verify: (token) => ({ sub: `${token}!` }), close } });
    expect(own.authenticate(bearing('ann'))).toEqual({ userId: 'ann!', claims: { sub: 'ann!' } });
    await own.close();
    await own.close();
    expect(close).toHaveBeenCalledTimes(1);
  });
});

describe('what they may do', () => {
  it('is what the policy says', async () => {
    await using guard = await opaGuard(roles);
    const ann = { identity: { userId: 'ann' } };
    const bob = { identity: { userId: 'bob', claims: { roles: ['operator'] } } };
    const eve = { identity: { userId: 'eve', claims: { roles: ['billing'] } } };
    expect(await ask(guard, 'delete', ann)).toEqual({ allowed: true });
    expect(await ask(guard, 'read', bob)).toEqual({ allowed: true });
    expect(await ask(guard, 'write', bob)).toEqual({ allowed: false });
    expect(await ask(guard, 'write', { ...bob, namespace: 'staging-1' })).toEqual({ allowed: true });
    expect(await ask(guard, 'read', eve)).toEqual({ allowed: false });
    expect(await ask(guard, 'list', { ...eve, key: '', prefix: 'billing/' })).toEqual({ allowed: true });
    expect(await ask(guard, 'list', { ...eve, key: '' })).toEqual({ allowed: false });
    expect(await ask(guard, 'read')).toEqual({ allowed: false });
  });

  it('is nothing, unless the policy says exactly true', async () => {
    for (const rule of ['heavy', 'text', 'mixed', 'decision']) {
      await using guard = await opaGuard(fixture(rule, { data: { allowed: ['read'] } }));
      expect(await ask(guard, 'read')).toEqual({ allowed: false });
    }
  });

  it('comes with a reason and a scope, where the policy tells them', async () => {
    await using guard = await opaGuard(tenants);
    const acme = { identity: { userId: 'ann', claims: { tenant: 'acme' } } };
    expect(await ask(guard, 'read', { ...acme, namespace: 'acme-staging' })).toEqual({
      allowed: true,
      reason: '',
      scope: 'tenant:acme',
    });
    expect(await ask(guard, 'write', { ...acme, namespace: 'other-staging' })).toEqual({
      allowed: false,
      reason: "changes are made from the office network; other-staging is not one of acme's namespaces",
      scope: 'tenant:acme',
    });
    expect(await ask(guard, 'read')).toMatchObject({ allowed: false, reason: expect.stringContaining('no tenant') });
  });

  it('is an error, not a yes, where the policy fails', async () => {
    const error = vi.fn();
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error };
    await using guard = await opaGuard(fixture('heavy', { maxMemoryBytes: 2 * 1024 * 1024 }));
    const store = new MemoryStore();
    await store.connect();
    const client = createInProcessClient(createConfigService(store, { guard, logger }));
    const large = Metadata({ authorization: `Bearer ${unsigned({ sub: 'x'.repeat(3_000_000) })}` });
    const asked = client.get({ namespace: 'production', key: 'a' }, { metadata: large });
    await expect(asked).rejects.toMatchObject({ details: 'internal error' });
    expect(error).toHaveBeenCalled();
    await expect(client.get({ namespace: 'production', key: 'a' })).rejects.toMatchObject({
      details: 'permission denied',
    });
  });

  it('is kept for a while, if one likes', async () => {
    let asked = 0;
    const builtins = {
      'http.send': () => {
        asked += 1;
        return null;
      },
      'net.lookup_ip_addr': () => ['127.0.0.1'],
    };
    const refused = { policy: { bytes: wasmOf('refused') }, builtins };
    await using fresh = await opaGuard(refused);
    await using kept = await opaGuard({ ...refused, decisionCacheMs: 600_000 });
    for (const [guard, times] of [
      [fresh, 3],
      [kept, 1],
    ] as const) {
      asked = 0;
      for (let time = 0; time < 3; time += 1) expect(await ask(guard, 'read')).toEqual({ allowed: true });
      expect(asked).toBe(times);
    }
    await ask(kept, 'write');
    await ask(kept, 'read', { identity: { claims: { role: 'x' } } });
    expect(asked).toBe(3);
  });
});

describe('through the service', () => {
  it('is obeyed, and its scope is logged', async () => {
    await using guard = await opaGuard(tenants);
    const store = new MemoryStore();
    await store.connect();
    const client = createInProcessClient(createConfigService(store, { guard }));
    const metadata = Metadata({
      authorization: `Bearer ${unsigned({ sub: 'ann', tenant: 'acme', address: '10.20.0.1' })}`,
    });
    await client.set({ namespace: 'acme-staging', key: 'a', value: Buffer.from('1'), codec: 'json' }, { metadata });
    expect((await client.get({ namespace: 'acme-staging', key: 'a' }, { metadata })).entry?.version).toBe(1);
    await expect(client.get({ namespace: 'other', key: 'a' }, { metadata })).rejects.toMatchObject({
      details: "other is not one of acme's namespaces",
    });
    const access = await client.checkAccess({ namespace: 'acme-staging', key: 'a' }, { metadata });
    expect(access).toMatchObject({ canRead: true, canWrite: true });
  });
});

describe('the options', () => {
  it.each<[string, Partial<OpaGuardOptions>, string]>([
    ['no policy', { policy: undefined as never }, 'policy must be one of'],
    ['two policies', { policy: { rego: '', file: '' } as never }, 'policy must be one of'],
    ['a URL that is none', { policy: { url: 'ftp://x' } }, 'policy.url must be a URL'],
    ['an entrypoint that is none', { entrypoint: 'a b' }, 'entrypoint must be a rule'],
    ['an interval', { pollIntervalMs: 0 }, 'pollIntervalMs'],
    ['a cache', { decisionCacheMs: -1 }, 'decisionCacheMs'],
    ['a memory', { maxMemoryBytes: 1 }, 'maxMemoryBytes'],
    ['a header', { header: 'a b' }, 'header a b'],
    ['a verifier', { verifier: {} as never }, 'verifier must have the function verify'],
    ['a language', { regoVersion: 2 as never }, 'regoVersion'],
    ['an algorithm', { bundleKeys: [{ key: 'x', algorithm: 'none' }] }, 'bundleKeys[0].algorithm'],
    ['a key', { bundleKeys: [{ key: 'x' }] }, 'bundleKeys[0].key'],
  ])('are refused by name: %s', async (_, options, message) => {
    await expect(opaGuard({ ...roles, ...options })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(message),
    });
  });

  it('a policy that cannot be used is told with its source', async () => {
    const wrong = opaGuard({ policy: { file: policyFile('roles.tar.gz') }, entrypoint: 'config/authz/deny' });
    await expect(wrong).rejects.toThrow(/roles\.tar\.gz: the policy has no entrypoint config\/authz\/deny, only/);
    await expect(opaGuard({ policy: { bytes: await versionBundle('1') }, data: { version: 2 } })).rejects.toThrow(
      'data',
    );
  });
});
