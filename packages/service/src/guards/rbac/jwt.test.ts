import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, type GenerateKeyPairResult, generateKeyPair, SignJWT } from 'jose';
import { Metadata } from 'nice-grpc-common';
import { describe, expect, it } from 'vitest';
import { askGuard, type Guard, rbac } from '../../index.js';
import type { RbacJwt } from './policy.js';

const secret = 'a secret of more than 32 bytes, as it must be';
const roles = { admin: [{ actions: ['*'] }] };
const guardOf = (...jwt: RbacJwt[]): Guard => rbac({ roles, jwt });

const calling = (token: string) => ({
  metadata: Metadata({ authorization: `Bearer ${token}` }),
  peer: '127.0.0.1:1',
  signal: new AbortController().signal,
  method: '/config.v1.ConfigService/Get',
});

const claims = (more: object = {}) => new SignJWT({ sub: 'ann', roles: ['admin'], ...more });
const hmac = (more: object = {}, key = secret, alg = 'HS256') =>
  claims(more).setProtectedHeader({ alg }).setExpirationTime('1h').sign(Buffer.from(key));

const refusal = async (guard: Guard, token: string): Promise<unknown> => {
  try {
    return await askGuard(guard).authenticate(calling(token));
  } catch (error) {
    return error;
  }
};

describe('a JSON Web Token', () => {
  it.each(['HS256', 'HS384', 'HS512'])('signed with a secret and %s is taken', async (alg) => {
    const guard = guardOf({ secret });
    const token = await hmac({}, secret, alg);
    const identity = await guard.authenticate(calling(token));
    expect(identity).toMatchObject({ userId: 'ann', claims: { sub: 'ann', roles: ['admin'] } });
    // The second time it is known.
    expect(guard.authenticate(calling(token))).toMatchObject({ userId: 'ann' });
  });

  it.each(['RS256', 'PS512', 'ES256', 'ES384', 'EdDSA'])('signed with a key and %s is taken', async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const key = await exportSPKI(publicKey);
    const token = await claims().setProtectedHeader({ alg }).setExpirationTime('1h').sign(privateKey);
    expect(await guardOf({ key }).authenticate(calling(token))).toMatchObject({ userId: 'ann' });
    // The public key is no secret, and what is signed with it as one is nobody's.
    const forged = await hmac({}, key);
    expect(await refusal(guardOf({ key }), forged)).toMatchObject({ code: 'unauthenticated' });
  });

  it('is checked with a key set, in the policy or at a URL, which is fetched again for an unknown key', async () => {
    const first = await generateKeyPair('RS256');
    const second = await generateKeyPair('ES256');
    const jwkOf = async ({ publicKey }: GenerateKeyPairResult, kid: string) => ({
      ...(await exportJWK(publicKey)),
      kid,
    });
    const keys = [await jwkOf(first, 'a')];
    const signed = ({ privateKey }: GenerateKeyPairResult, alg: string, kid: string) =>
      claims().setProtectedHeader({ alg, kid }).setExpirationTime('1h').sign(privateKey);
    let fetched = 0;
    const server = createServer((_request, response) => {
      fetched += 1;
      response.end(JSON.stringify({ keys }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const guard = guardOf({ jwks });
    const ofFirst = await signed(first, 'RS256', 'a');
    expect(await guard.authenticate(calling(ofFirst))).toMatchObject({ userId: 'ann' });
    expect(await guardOf({ jwks: { keys: [...keys] } }).authenticate(calling(ofFirst))).toMatchObject({
      userId: 'ann',
    });
    keys.push(await jwkOf(second, 'b'));
    expect(await guard.authenticate(calling(await signed(second, 'ES256', 'b')))).toMatchObject({ userId: 'ann' });
    expect(fetched).toBe(2);
    await new Promise((resolve) => server.close(resolve));
    // A key server that is away is no fault of the caller, who is told nothing of it.
    const away = await refusal(guardOf({ jwks }), ofFirst);
    expect(away).toMatchObject({
      code: 'unavailable',
      message: 'the keys that tokens are verified by cannot be fetched',
    });
  });

  it.each([
    [
      'expired',
      () =>
        claims({ iss: 'us', aud: 'cfg' })
          .setProtectedHeader({ alg: 'HS256' })
          .setExpirationTime(1)
          .sign(Buffer.from(secret)),
      'the token has expired',
    ],
    ['of another issuer', () => hmac({ iss: 'else', aud: 'cfg' }), 'claim iss is not accepted'],
    ['without an issuer', () => hmac({ aud: 'cfg' }), 'claim iss is not accepted'],
    ['for others', () => hmac({ iss: 'us', aud: 'else' }), 'claim aud is not accepted'],
    ['not valid yet', () => hmac({ iss: 'us', aud: 'cfg', nbf: 4_000_000_000 }), 'the token is not valid yet'],
    ['without a user', () => hmac({ iss: 'us', aud: 'cfg', sub: undefined }), 'no claim sub'],
    ['whose user is a number', () => hmac({ iss: 'us', aud: 'cfg', sub: 7 }), ''],
    [
      'with another signature',
      () => hmac({ iss: 'us', aud: 'cfg' }, `${secret}!`),
      'the token is not signed by a known key',
    ],
    [
      'without a signature',
      async () =>
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await hmac({ iss: 'us', aud: 'cfg' })).split('.')[1]}.`,
      "the token's algorithm is not accepted",
    ],
    ['that is not JSON', async () => 'eyJ9.eyJ9.x', 'not a token that can be verified'],
    ['that is too long', async () => `ey.${'x'.repeat(20_000)}.x`, 'too long'],
  ])('%s is refused', async (_, make, message) => {
    const guard = guardOf({ secret, issuer: 'us', audience: 'cfg' });
    expect(await refusal(guard, await make())).toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining(message),
    });
  });

  it('is taken no longer than it is valid, also when it is known', async () => {
    const guard = rbac({ roles, jwt: [{ secret, clockToleranceSeconds: 0 }] });
    const soon = Math.floor(Date.now() / 1000) + 2;
    const token = await claims().setProtectedHeader({ alg: 'HS256' }).setExpirationTime(soon).sign(Buffer.from(secret));
    await guard.authenticate(calling(token));
    while (Date.now() <= soon * 1000) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await refusal(guard, token)).toMatchObject({ message: 'the token has expired' });
  });

  it('is checked with the keys of the issuer that it names', async () => {
    const other = 'another secret of more than 32 bytes, as it must be';
    const guard = guardOf({ issuer: 'us', secret }, { issuer: 'them', secret: other, userPrefix: 'them:' });
    expect(await guard.authenticate(calling(await hmac({ iss: 'us' })))).toMatchObject({ userId: 'ann' });
    expect(await guard.authenticate(calling(await hmac({ iss: 'them' }, other)))).toMatchObject({ userId: 'them:ann' });
    const signature = { message: 'the token is not signed by a known key' };
    expect(await refusal(guard, await hmac({ iss: 'them' }))).toMatchObject(signature);
    expect(await refusal(guard, await hmac({ iss: 'else' }))).toMatchObject({
      message: 'the token is of an unknown issuer',
    });
  });

  it('names its user and roles by the claims that the policy says', async () => {
    const guard = guardOf({ secret, userClaim: 'email', userPrefix: 'idp:', rolesClaim: 'realm.roles' });
    const token = await hmac({ email: 'ann@example.com', realm: { roles: 'admin other' } });
    const identity = await guard.authenticate(calling(token));
    expect(identity).toMatchObject({ userId: 'idp:ann@example.com', claims: { roles: ['admin', 'other'] } });
    const strange = await guard.authenticate(calling(await hmac({ email: 'x', realm: { roles: { a: 1 } } })));
    expect(strange.claims.roles).toEqual([]);
  });
});
