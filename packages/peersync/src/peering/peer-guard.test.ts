import type { Caller, CallerCertificate } from '@cfg/core';
import { type Guard, type GuardContext, rbac } from '@cfg/service';
import { Metadata } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { startNodes, type TestNode, text } from '../test/sync-cluster.js';
import { behalfHeader, behalfOf } from './behalf.js';
import { peerGuard } from './peer-guard.js';

const certificate = (CN: string): CallerCertificate => ({ subject: { CN }, fingerprint256: 'AB:CD' });

/** Tokens name nodes and users, certificates name users. */
const policy: Guard = {
  authenticate({ metadata, certificate }) {
    const token = metadata.get('authorization')?.replace('Bearer ', '');
    return { userId: token ?? (certificate?.subject.CN as string | undefined) ?? '', claims: {} };
  },
  authorize: ({ userId }, action) => ({
    allowed: action === 'peer' ? userId.startsWith('node-') : ['', 'shop', 'ann', 'node-x'].includes(userId),
  }),
};

const context = (headers: Record<string, string>, shown?: CallerCertificate, method = '/x/Get'): GuardContext => ({
  metadata: Metadata(headers),
  peer: '127.0.0.1:1',
  signal: new AbortController().signal,
  method,
  certificate: shown,
});

const caller = (more: Partial<Caller>): Caller => ({ metadata: Metadata(), ...more });
const node = { authorization: 'Bearer node-a' };
const everything = { namespace: 'x', key: '', prefix: '' };

describe("a node's word", () => {
  const guard = peerGuard(policy);

  it.each<[string, Caller, string]>([
    ['a certificate', caller({ certificate: certificate('shop') }), 'shop'],
    ['a user whom a session names', caller({ identity: { userId: 'ann' } }), 'ann'],
    ['an anonymous caller', caller({ identity: { userId: '' } }), ''],
  ])('is taken for %s', async (_, made, userId) => {
    const identity = await guard.authenticate(
      context({ ...node, [behalfHeader]: behalfOf(made) }, certificate('node-a')),
    );
    expect(identity.userId).toBe(userId);
    expect((await guard.authorize(identity, 'read', everything, context({}))).allowed).toBe(true);
  });

  it("leaves a caller's own credential to speak for itself", () => {
    expect(behalfOf(undefined)).toBe('');
  });

  it.each([
    ['a user', { authorization: 'Bearer ann' }, undefined],
    ['an anonymous caller', {}, undefined],
    ['a certificate that is no node', {}, certificate('shop')],
  ])('is not taken from %s', async (_, headers, shown) => {
    const claim = behalfOf(caller({ identity: { userId: 'admin' } }));
    await expect(async () => guard.authenticate(context({ ...headers, [behalfHeader]: claim }, shown))).rejects.toThrow(
      'only a node of the cluster may say cfg-on-behalf-of',
    );
  });

  it('does not go with what nodes ask each other, and makes nobody a node', async () => {
    const claim = { ...node, [behalfHeader]: behalfOf(caller({ certificate: certificate('node-b') })) };
    await expect(async () =>
      guard.authenticate(context(claim, undefined, '/config.v1.ConfigPeering/Pull')),
    ).rejects.toThrow('only a node');
    const identity = await guard.authenticate(context(claim));
    expect(identity.userId).toBe('node-b');
    expect(await guard.authorize(identity, 'peer', everything, context({}))).toMatchObject({ allowed: false });
  });

  it.each([
    ['no JSON', 'x'],
    ['no object', 'null'],
    ['a list', '[]'],
    ['roles', '{"user":"ann","claims":{"roles":["admin"]}}'],
    ['both', '{"user":"ann","certificate":{"subject":{},"fingerprint256":""}}'],
    ['an empty name', '{"user":""}'],
    ['a name too long', JSON.stringify({ user: 'x'.repeat(257) })],
    ['a subject of numbers', '{"certificate":{"subject":{"CN":1},"fingerprint256":""}}'],
    ['no fingerprint', '{"certificate":{"subject":{"CN":"x"}}}'],
    ['a name as a certificate', '{"certificate":"shop"}'],
  ])('is refused as malformed: %s', async (_, json) => {
    const claim = Buffer.from(json).toString('base64url');
    await expect(async () => guard.authenticate(context({ ...node, [behalfHeader]: claim }))).rejects.toMatchObject({
      code: 'invalid_argument',
      message: 'the header cfg-on-behalf-of is malformed',
    });
  });

  it('does not bring roles: the policy here says what the certificate may do', async () => {
    const strict = peerGuard(
      rbac({
        roles: { shop: [{ actions: ['read'] }], peer: [{ actions: ['peer'] }] },
        certificates: [
          { subject: { CN: 'shop' }, roles: ['shop'] },
          { subject: { CN: 'node-*' }, roles: ['peer'] },
        ],
      }),
    );
    const claim = { [behalfHeader]: behalfOf(caller({ certificate: certificate('shop') })) };
    const identity = await strict.authenticate(context(claim, certificate('node-a')));
    expect(await strict.authorize(identity, 'read', everything, context({}))).toMatchObject({ allowed: true });
    expect(await strict.authorize(identity, 'write', everything, context({}))).toMatchObject({ allowed: false });
    const nobody = { [behalfHeader]: behalfOf(caller({ certificate: certificate('stranger') })) };
    await expect(async () => strict.authenticate(context(nobody, certificate('node-a')))).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });
});

it('a call of a caller with a certificate is, at the node that it is sent on to, that of the same caller', async () => {
  const [a, b] = (await startNodes(['a', 'b'], { guard: policy })) as [TestNode, TestNode];
  await a.store.claim('x');
  const shop = caller({ certificate: certificate('shop'), identity: { userId: 'shop' } });
  expect(await b.store.set('x', 'key', text('1'), { caller: shop })).toMatchObject({ author: 'shop' });
  expect((await b.store.get('x', 'key', { caller: shop })).version).toBe(1);
  const bob = caller({ identity: { userId: 'bob' } });
  await expect(b.store.get('x', 'key', { caller: bob })).rejects.toMatchObject({ code: 'permission_denied' });
  await expect(b.store.set('x', 'key', text('2'), { caller: bob })).rejects.toMatchObject({
    code: 'permission_denied',
  });
});
