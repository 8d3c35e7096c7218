import { MemoryStore } from '@cfg/core';
import { Metadata } from 'nice-grpc-common';
import { describe, expect, it } from 'vitest';
import {
  createConfigService,
  createInProcessClient,
  type Guard,
  hashToken,
  type RbacPolicy,
  rbac,
} from '../../index.js';
import { failure } from '../../test/failure.js';
import type { GuardContext } from '../guard.js';

const ann = hashToken();
const bob = hashToken('b'.repeat(32));

const policy: RbacPolicy = {
  roles: {
    admin: [{ actions: ['*'] }],
    shop: [{ actions: ['read', 'list', 'watch'], namespaces: ['shop-*'], prefixes: ['app/', 'db/'] }],
    tester: [{ actions: ['write', 'read'], namespaces: ['test', 'stage?'] }],
    lister: [{ actions: ['list'], namespaces: [''] }],
  },
  users: { bob: ['lister'] },
  tokens: [
    { user: 'ann', hash: ann.hash, roles: ['admin'] },
    { user: 'bob', hash: bob.hash, roles: ['shop', 'tester'] },
  ],
  certificates: [
    { subject: { CN: 'shop-*', O: 'Example' }, roles: ['shop'] },
    { subject: { OU: 'ops' }, user: 'ops', roles: ['admin'] },
  ],
};

const calling = (more: Partial<GuardContext> & { authorization?: string } = {}): GuardContext => ({
  metadata: Metadata(more.authorization === undefined ? {} : { authorization: more.authorization }),
  peer: '127.0.0.1:1',
  signal: new AbortController().signal,
  method: '/config.v1.ConfigService/Get',
  ...more,
});

const bearer = (token: string) => calling({ authorization: `Bearer ${token}` });

const certificate = (subject: Record<string, string | string[]>) =>
  calling({ certificate: { subject, fingerprint256: '00' } });

async function may(guard: Guard, context: GuardContext, action: string, namespace: string, key = '', prefix = '') {
  const identity = await guard.authenticate(context);
  return (await guard.authorize(identity, action, { namespace, key, prefix }, context)).allowed;
}

describe('rbac', () => {
  const guard = rbac(policy);
  const asBob = bearer(bob.token);

  it('knows the bearer of a token, and the roles', async () => {
    expect(await guard.authenticate(bearer(ann.token))).toEqual({ userId: 'ann', claims: { roles: ['admin'] } });
    expect(await guard.authenticate(asBob)).toEqual({ userId: 'bob', claims: { roles: ['shop', 'tester', 'lister'] } });
  });

  it.each([
    ['no credential', calling(), 'missing credential'],
    ['another scheme', calling({ authorization: 'Basic eDp5' }), 'the authorization is not a bearer token'],
    ['an unknown token', bearer('c'.repeat(40)), 'unknown token'],
    ['a known token with another end', bearer(`${ann.token.slice(0, -1)}!`), 'unknown token'],
    [
      'a known salt with another secret',
      bearer(hashToken().token.replace(/_.{16}_/, ann.token.slice(3, 21))),
      'unknown',
    ],
    ['a hash in place of the token', bearer(ann.hash), 'unknown token'],
    ['something like a JWT, of no issuer', bearer('eyJh.eyJi.c'), 'unknown token'],
    ['a certificate of somebody else', certificate({ CN: 'shop-1', O: 'Elsewhere' }), 'missing credential'],
    ['a certificate with two of an attribute', certificate({ CN: 'x', OU: ['ops', 'dev'] }), 'missing credential'],
  ])('refuses %s', (_, context, message) => {
    expect(() => guard.authenticate(context)).toThrow(
      expect.objectContaining({ code: 'unauthenticated', message: expect.stringContaining(message) }),
    );
  });

  it('does not fall back on the certificate where a token is wrong', () => {
    const both = { ...bearer('wrong'), certificate: certificate({ OU: 'ops' }).certificate };
    expect(() => guard.authenticate(both)).toThrow('unknown token');
  });

  it('knows the bearer of a certificate', async () => {
    const shop = await guard.authenticate(certificate({ CN: 'shop-7', O: 'Example' }));
    expect(shop).toEqual({ userId: 'shop-7', claims: { roles: ['shop'] } });
    expect(await guard.authenticate(certificate({ OU: 'ops' }))).toMatchObject({ userId: 'ops' });
  });

  it.each([
    ['read', 'shop-1', 'app/x', '', true],
    ['read', 'shop-1', 'other', '', false],
    ['write', 'shop-1', 'app/x', '', false],
    ['read', 'shop', 'app/x', '', false],
    ['read', 'my-shop-1', 'app/x', '', false],
    ['write', 'test', 'anything', '', true],
    ['write', 'stage2', 'anything', '', true],
    ['write', 'stage22', 'anything', '', false],
    ['read', '', 'app/x', '', false],
    // Of a range, all must be allowed.
    ['list', 'shop-1', '', 'app/', true],
    ['list', 'shop-1', '', 'app/deep/', true],
    ['list', 'shop-1', '', 'ap', false],
    ['list', 'shop-1', '', '', false],
    ['watch', 'shop-1', '', 'db/', true],
    ['watch', 'shop-1', '', '', false],
    ['watch', '', '', 'app/', false],
    ['read', 'shop-1', '', '', false],
    ['read', 'test', '', '', true],
    ['list', '', '', '', true],
    ['audit', '', '', '', false],
  ])('%s of %j/%j or below %j: %s', async (action, namespace, key, prefix, allowed) => {
    expect(await may(guard, asBob, action, namespace, key, prefix)).toBe(allowed);
    expect(await may(guard, bearer(ann.token), action, namespace, key, prefix)).toBe(true);
  });

  it('says by which rule, and why not', async () => {
    const identity = await guard.authenticate(asBob);
    const decide = (action: string, key: string) =>
      guard.authorize(identity, action, { namespace: 'shop-1', key, prefix: '' }, asBob);
    expect(decide('read', 'app/x')).toEqual({ allowed: true, scope: 'role:shop[0]' });
    expect(decide('write', 'app/x')).toEqual({ allowed: false, reason: 'permission denied: write shop-1/app/x' });
  });

  it('takes a token until it expires', async () => {
    const expiring = (expires: string) => rbac({ ...policy, tokens: [{ user: 'ann', hash: ann.hash, expires }] });
    expect(await expiring('2999-01-01').authenticate(bearer(ann.token))).toMatchObject({ userId: 'ann' });
    expect(() => expiring('2020-01-01').authenticate(bearer(ann.token))).toThrow('unknown token');
  });

  it('lets the anonymous in where they have roles', async () => {
    const open = rbac({ ...policy, anonymous: ['lister'] });
    expect(await may(open, calling(), 'list', '')).toBe(true);
    expect(await may(open, calling(), 'read', 'test', 'a')).toBe(false);
    expect(() => open.authenticate(bearer('wrong'))).toThrow('unknown token');
  });

  it.each([
    [{}, 'roles: is missing'],
    [{ roles: { a: [{ actions: [] }] } }, 'roles.a[0].actions: must name an action'],
    [{ roles: { a: [{ actions: ['read'], namespace: 'x' }] } }, 'roles.a[0].namespace: is not known here'],
    [{ roles: { a: [{ actions: 'read' }] } }, 'roles.a[0].actions: must be Array, not "read"'],
    [{ roles: {}, users: { ann: ['a'] } }, 'users.ann[0]: there is no role "a"'],
    [{ roles: {}, users: { ann: ['toString'] } }, 'there is no role "toString"'],
    [{ roles: {}, tokens: [{ user: 'a', hash: 'plain text' }] }, 'tokens[0].hash: is not a hash'],
    [{ roles: {}, tokens: [{ user: 'a', hash: ann.hash, expires: 'soon' }] }, 'tokens[0].expires: is not an ISO'],
    [{ roles: {}, certificates: [{ subject: {} }] }, 'certificates[0].subject: must name an attribute'],
    [{ roles: {}, jwt: [{ issuer: 'x' }] }, 'jwt[0]: needs exactly one of key, secret and jwks'],
    [{ roles: {}, jwt: [{ secret: 'short' }] }, 'jwt[0].secret: is shorter than 32 bytes'],
    [{ roles: {}, jwt: [{ key: 'none' }] }, 'jwt[0]: key must be a public key'],
    [{ roles: {}, jwt: [{ key: 'file:/no/such' }] }, 'jwt[0].key: ENOENT'],
    [{ roles: {}, jwt: [{ jwks: 'ftp://x/' }] }, 'jwt[0]: the URL of the key set must have https or http'],
    [
      { roles: {}, jwt: [{ secret: 's'.repeat(32), algorithms: ['none'] }] },
      'jwt[0]: algorithms must be some of HS256, HS384, HS512, not none',
    ],
    [null, 'the policy: must be Object, not null'],
  ])('refuses the policy %j', (wrong, message) => {
    expect(() => rbac(wrong as never)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(message) }),
    );
  });

  it('guards a service', async () => {
    const store = new MemoryStore();
    await store.connect();
    const client = createInProcessClient(createConfigService(store, { guard }));
    const target = { namespace: 'test', key: 'a', value: Buffer.from('1') };
    const as = (token: string) => ({ metadata: Metadata({ authorization: `Bearer ${token}` }) });
    expect((await client.set(target, as(bob.token))).entry?.author).toBe('bob');
    expect(await failure(client.delete(target, as(bob.token)))).toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(await failure(client.get(target))).toMatchObject({ code: 'UNAUTHENTICATED', message: 'missing credential' });
    const ofOps = { certificate: { subject: { OU: 'ops' }, fingerprint256: '00' } };
    expect((await client.get(target, ofOps)).entry?.version).toBe(1);
    expect(await client.listNamespaces({}, as(bob.token))).toMatchObject({ namespaces: ['test'] });
    await store.close();
  });
});

describe('hashToken', () => {
  it('makes tokens that differ, and hashes that do for the same token', () => {
    expect(hashToken().token).not.toBe(hashToken().token);
    expect(hashToken(bob.token).hash).not.toBe(bob.hash);
    expect(ann.hash).not.toContain(ann.token.slice(-20));
  });

  it('refuses tokens that could be guessed', () => {
    expect(() => hashToken('secret')).toThrow('shorter than 32 characters');
  });
});
